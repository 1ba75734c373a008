"""Backup and restore."""

import click
from flask import current_app

from portal import clock
from portal.backups import operations as backups
from portal.backups.archive import Unfit
from portal.commands.command_errors import FILE
from portal.commands.progress import bar
from portal.database import key_rotation
from portal.database.transactions import session


@click.command("backup")
@click.argument("file", type=FILE)
def backup(file):
    """Write the whole database to FILE, verified, while the portal serves."""
    with bar("Backing up", None) as shown:
        try:
            done = backups.backup(current_app.extensions["engine"], file, clock.now(), shown.update)
        except Unfit as refusal:
            raise click.ClickException(str(refusal)) from refusal
    size = file.stat().st_size / 1e6
    click.echo(f"{done.rows} rows of {done.tables} tables written to {file} ({size:.1f} MB), and read back.")


@click.command("restore")
@click.argument("file", type=FILE)
@click.option("--replace", is_flag=True, help="Replace what is there with the backup.")
def restore(file, replace):
    """Fill the database from FILE: all of it, verified row by row, or nothing."""
    session.remove()
    with bar("Restoring", None) as shown:
        try:
            done = backups.restore(current_app.extensions["engine"], file, shown.update, replace=replace)
        except Unfit as refusal:
            raise click.ClickException(str(refusal)) from refusal
    click.echo(f"{done.rows} rows of {done.tables} tables restored, and each found again.")
    if not done.is_current:
        click.echo("The tables are those of an older release: run `flask --app wsgi db upgrade`.", err=True)
        return
    for column in key_rotation.unreadable_columns():
        click.echo(f"{column} is under none of PORTAL_FIELD_KEYS: set those of the time of the backup.", err=True)
    if not done.fits_digest_key:
        click.echo("PORTAL_DIGEST_KEY is not the one of the backup: nobody would be found. Set that one.", err=True)
