"""The command for draining a server before it stops."""

import time

import click
from flask import current_app

from portal.health import readiness


@click.command("drain")
@click.option("--seconds", default=0, type=click.IntRange(0, 300), help="Wait this long before the command ends.")
@click.option("--off", is_flag=True, help="Be ready again.")
def drain(seconds, off):
    """Have /readyz answer "not ready", so that a load balancer sends no more people before the server stops."""
    instance = current_app.extensions["settings"].instance
    if off:
        readiness.stop_draining(instance)
        click.echo("Reporting ready again.")
        return
    readiness.drain(instance)
    time.sleep(seconds)
    click.echo("Reporting not ready. Stop the server within ten minutes.")
