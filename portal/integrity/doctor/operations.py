"""The whole examination."""

from collections.abc import Iterator

from flask import Flask

from portal.integrity.doctor import damage, database, environment, servers, settings
from portal.integrity.doctor.finding import Finding


def examine(app: Flask, seconds: int = damage.SECONDS) -> Iterator[Finding]:
    """Yield a Finding for each check of an application; nothing is changed, and no email is sent.

    seconds: the time limit of the check of the database for damage.
    """
    own = app.extensions["settings"]
    yield from settings.findings(own)
    yield from database.findings(app.extensions["engine"], seconds)
    yield from servers.findings(own)
    yield from environment.findings(own)
