"""Backup and restore."""

import click
from flask import current_app

from portal import clock
from portal.backups import operations as backups
from portal.backups.archive import ProgramFailed, Unfit
from portal.commands.command_errors import FILE
from portal.commands.progress import bar
from portal.database import key_rotation
from portal.database.transactions import session


@click.command("backup")
@click.argument("file", type=FILE)
def backup(file):
    """Back up the whole database to FILE and verify it while the portal is running."""
    with bar("Backing up", None) as shown:
        try:
            done = backups.backup(current_app.extensions["engine"], file, clock.now(), shown.update)
        except ProgramFailed:
            raise  # the commands say whether the database is damaged
        except Unfit as refusal:
            raise click.ClickException(str(refusal)) from refusal
    size = file.stat().st_size / 1e6
    click.echo(f"{done.rows} rows of {done.tables} tables written to {file} ({size:.1f} MB) and verified.")
    click.echo(f"{done.files} files that applicants sent are in it.")


@click.command("restore")
@click.argument("file", type=FILE)
@click.option("--replace", is_flag=True, help="Replace what is there with the backup.")
def restore(file, replace):
    """Restore the whole database from FILE and verify it row by row, or change nothing."""
    session.remove()
    with bar("Restoring", None) as shown:
        try:
            done = backups.restore(current_app.extensions["engine"], file, shown.update, replace=replace)
        except Unfit as refusal:
            raise click.ClickException(str(refusal)) from refusal
    click.echo(f"{done.rows} rows of {done.tables} tables restored and verified.")
    if not done.is_current:
        click.echo("The backup is from an older release. Run `flask --app wsgi db upgrade`.", err=True)
        return
    for column in key_rotation.unreadable_columns():
        click.echo(
            f"{column} cannot be read with PORTAL_FIELD_KEYS. Set the keys that were in use when the backup was made.",
            err=True,
        )
    if not done.fits_digest_key:
        click.echo(
            "PORTAL_DIGEST_KEY is not the key that was used for the backup, so no one would be found. Set that key.",
            err=True,
        )
