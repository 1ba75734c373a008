"""The whole examination."""

from portal.integrity.doctor import damage, database, servers, settings, surroundings


def examine(app, seconds=damage.SECONDS):
    """Yield a Finding for each check of an application; nothing is changed, and no e-mail is sent.

    seconds: for how long it is looked at whether the database is damaged.
    """
    own = app.extensions["settings"]
    yield from settings.findings(own)
    yield from database.findings(app.extensions["engine"], seconds)
    yield from servers.findings(own)
    yield from surroundings.findings(own)
