"""The examination of an installation."""

import sys
from collections import Counter

import click
from flask import current_app

from portal.integrity.doctor import damage
from portal.integrity.doctor.finding import WRONG
from portal.integrity.doctor.operations import examine


@click.command("doctor")
@click.option(
    "--seconds",
    default=damage.SECONDS,
    type=click.IntRange(1, 86_400),
    show_default=True,
    help="Look for damage to the database for at most this long.",
)
def doctor(seconds):
    """Check settings, database, mail and machine. Print one line for each check. Exit with 1 if something is wrong."""
    states: Counter = Counter()
    for finding in examine(current_app, seconds):
        states[finding.state] += 1
        click.echo(finding.line())
    click.echo(f"{states['ok']} ok, {states['warning']} warnings, {states[WRONG]} wrong.", err=True)
    sys.exit(1 if states[WRONG] else 0)
