"""Commands for key rotation: a new key, and re-encryption with it."""

import os

import click
from flask import current_app
from flask.cli import AppGroup

from portal.commands.progress import bar
from portal.database import key_rotation
from portal.settings.env_file import NAME, change_value, file_values, new_key

group = AppGroup("keys", help="The keys of encrypted fields.")


@group.command("new")
def keys_new():
    """Add a new field key before the others in settings.env; if the keys are kept elsewhere, print it."""
    settings = current_app.extensions["settings"]
    path = settings.instance / NAME
    fresh = ",".join((new_key(), *settings.field_keys))
    if "PORTAL_FIELD_KEYS" in os.environ or "PORTAL_FIELD_KEYS" not in file_values(path):
        click.echo(
            "PORTAL_FIELD_KEYS is set in the environment. Put this key and a comma in front of its value.", err=True
        )
        click.echo(fresh.partition(",")[0])
        return
    change_value(path, "PORTAL_FIELD_KEYS", fresh)
    click.echo(f"1 key added in front of {len(settings.field_keys)} in {path}.")
    click.echo("Restart the server and the workers, then run `flask --app wsgi keys rotate`.", err=True)


@group.command("rotate")
def keys_rotate():
    """Encrypt every personal field again with the first of PORTAL_FIELD_KEYS, while the portal serves."""
    with bar("Encrypting", key_rotation.rows()) as shown:
        passes = key_rotation.rotate(shown.update)
    last = passes[-1]
    changed, columns = sum(one.changed for one in passes), len(key_rotation.encrypted_columns())
    click.echo(f"{changed} values re-encrypted, {last.current} under the first key, in {columns} columns.")
    for column, number in last.unreadable.items():
        click.echo(f"{number} values of {column} cannot be read with any of PORTAL_FIELD_KEYS.", err=True)
    if last.unreadable:
        raise click.ClickException("Put back the key they were encrypted with. Nothing has been lost.")
    if last.changed or last.missed:
        raise click.ClickException(
            "A process is still using an older key. Restart the server and the workers, then run this command again."
        )
    if len(current_app.extensions["settings"].field_keys) > 1:
        click.echo(
            "Every value is encrypted under the first key. You can remove the others from PORTAL_FIELD_KEYS.", err=True
        )
