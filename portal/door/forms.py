"""The forms of the door: one scan from the page, or a batch of scans from a device."""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from wtforms import StringField

from portal.forms import AtMost, KeyedForm, Required
from portal.i18n.locale import _l
from portal.web.errors import PortalError

LONGEST_SCAN = 400
MOST_SCANS = 50
OLDEST = timedelta(days=7)


class ScansUnfit(PortalError):
    message = _l("We could not read these scans.")


class ScanForm(KeyedForm):
    """One scan: a code, the address that contains it, or a reference."""

    code = StringField(
        _l("Code or reference"),
        validators=[Required(_l("Scan a code, or enter a reference.")), AtMost(LONGEST_SCAN)],
    )


@dataclass(frozen=True)
class Scan:
    """A scan by an offline device: its idempotency key, the scanned text, and how many seconds ago."""

    key: UUID
    typed: str
    ago: timedelta


def read_scans(sent):
    """Return the Scans of {"scans": [{"id", "typed", "seconds_ago"}]}, or raise ScansUnfit."""
    try:
        scans = [_scan(one) for one in sent["scans"]]
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError) as error:
        raise ScansUnfit from error
    if len(scans) > MOST_SCANS:
        raise ScansUnfit
    return scans


def _scan(one):
    ago = timedelta(seconds=int(one["seconds_ago"]))
    return Scan(UUID(one["id"]), str(one["typed"])[:LONGEST_SCAN], min(max(ago, timedelta(0)), OLDEST))
