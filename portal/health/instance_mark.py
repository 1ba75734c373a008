"""Which portal answers: a mark of its instance folder and database, by which `doctor` tells two at one port apart."""

import hashlib
import hmac

HEADER = "X-Portal-Instance"
CHARACTERS = 16


def mark(settings):
    """Return the mark of a portal: the same for all its processes, and without its digest key nothing can be read
    from it.
    """
    named = f"{settings.instance.resolve()}\n{settings.database_url}"
    return hmac.new(settings.digest_key.encode(), named.encode(), hashlib.sha256).hexdigest()[:CHARACTERS]
