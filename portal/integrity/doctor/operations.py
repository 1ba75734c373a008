"""The whole examination."""

from portal.integrity.doctor import damage, database, servers, settings, surroundings


def examine(app, seconds=damage.SECONDS):
    """Yield a Finding for each check of an application; nothing is changed, and no email is sent.

    seconds: the time limit of the check of the database for damage.
    """
    own = app.extensions["settings"]
    yield from settings.findings(own)
    yield from database.findings(app.extensions["engine"], seconds)
    yield from servers.findings(own)
    yield from surroundings.findings(own)
