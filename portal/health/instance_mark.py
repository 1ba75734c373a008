"""The identity of a portal: an identifier by which `doctor` tells apart two portals at one port."""

import hashlib
import hmac

HEADER = "X-Portal-Instance"
CHARACTERS = 16


def mark(settings):
    """Return the identifier of a portal, the same for all its processes, which reveals nothing.

    It is a keyed digest of its instance folder and database.
    """
    named = f"{settings.instance.resolve()}\n{settings.database_url}"
    return hmac.new(settings.digest_key.encode(), named.encode(), hashlib.sha256).hexdigest()[:CHARACTERS]
