"""What the status feature adds to the portal."""

from portal.features import Feature
from portal.i18n.locale import _l
from portal.status import calendar_routes, routes, staff_routes

FEATURE = Feature(
    blueprints=(
        calendar_routes.bp,
        routes.bp,
        staff_routes.bp,
    ),
    messages={
        "calendar_off": _l("The calendar address has been switched off."),
    },
)
