"""The whole examination."""

from portal.doctor import database, servers, settings, surroundings


def examine(app):
    """Yield a Finding for each check of an application; nothing is changed, and no e-mail is sent."""
    own = app.extensions["settings"]
    yield from settings.findings(own)
    yield from database.findings(app.extensions["engine"])
    yield from servers.findings(own)
    yield from surroundings.findings(own)
