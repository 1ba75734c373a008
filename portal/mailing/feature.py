"""What the mailing feature adds to the portal."""

from portal.features import Feature, StaffPage
from portal.i18n.locale import _l
from portal.mailing import routes, staff_routes

FEATURE = Feature(
    blueprints=(
        routes.bp,
        staff_routes.bp,
    ),
    messages={
        "again": _l("The email will be sent again."),
    },
    staff_pages=(StaffPage(("administrator",), "unsent.show", _l("Emails that were not sent")),),
)
