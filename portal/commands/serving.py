"""Commands for stopping the server."""

import time

import click
from flask import current_app

from portal.health import readiness


@click.command("drain")
@click.option("--seconds", default=0, type=click.IntRange(0, 300), help="Wait so long before this command ends.")
@click.option("--off", is_flag=True, help="Be ready again.")
def drain(seconds, off):
    """Let /readyz say not ready from now on, so that a balancer sends nobody more before the server stops."""
    instance = current_app.extensions["settings"].instance
    if off:
        readiness.stop_draining(instance)
        click.echo("Ready again.")
        return
    readiness.drain(instance)
    time.sleep(seconds)
    click.echo("Not ready: stop the server now, or within ten minutes.")
