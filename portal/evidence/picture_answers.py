"""How the picture of a page is answered: as a JPEG that was made here, which runs nothing and is nowhere embedded."""

import logging

from flask import Response, abort

from portal.database.transactions import end_reading
from portal.evidence import uploads
from portal.evidence.file_models import READY
from portal.evidence.file_store import NoSuchPart, StoreAway
from portal.security.file_encryption import Altered
from portal.web import concurrency_limit
from portal.web.errors import NotFound

POLICY = "default-src 'none'; sandbox; frame-ancestors 'none'"
_log = logging.getLogger(__name__)


def picture_of(file, number, *, small):
    """Return the answer with the picture of a page of a file; raises NotFound, or 503 where the store is away."""
    if file.state != READY or not 1 <= number <= file.pages:
        raise NotFound
    end_reading()
    try:
        with concurrency_limit.aside():
            data = uploads.part_of(file, uploads.page_part(number, small=small))
    except StoreAway:
        _log.error("store of files away")
        abort(503)
    except (NoSuchPart, Altered) as error:
        _log.error("a picture is missing or altered: %s", type(error).__name__)
        raise NotFound from error
    headers = {
        "Content-Disposition": f'inline; filename="page-{number}.jpg"',
        "Content-Security-Policy": POLICY,
        "Cache-Control": "no-store",
    }
    return Response(data, content_type="image/jpeg", headers=headers)
