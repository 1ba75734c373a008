"""`flask --app wsgi journal …`: the journal for an auditor."""

import click
from flask.cli import AppGroup

from portal import clock
from portal.commands.command_errors import FILE, whole_file
from portal.journal import export

DAY = click.DateTime(["%Y-%m-%d"])

journal_group = AppGroup("journal", help="The sealed journal.")


@journal_group.command("export")
@click.argument("file", type=FILE)
@click.option("--from", "first", default=None, type=DAY, help="The first day (UTC).")
@click.option("--to", "last", default=None, type=DAY, help="The last day (UTC), inclusive.")
def journal_export(file, first, last):
    """Write entries and seals as JSON lines, to be verified elsewhere."""
    days = [day.date() if day else None for day in (first, last)]
    entries = 0
    with whole_file(file, encoding="ascii") as out:
        for line in export.lines(clock.now(), *days):
            out.write(f"{line}\n")
            entries += '"entry":' in line
    click.echo(f"{entries} entries written to {file}.")
