"""What the door feature adds to the portal."""

from portal.door import routes
from portal.features import Feature, StaffPage
from portal.i18n.locale import _l

FEATURE = Feature(
    blueprints=(routes.bp,),
    messages={
        "arrival_undone": _l("The check-in has been undone."),
    },
    staff_pages=(
        StaffPage(("guard", "desk"), "door.check_in", _l("Check in")),
        StaffPage(("guard", "desk"), "door.todays_list", _l("Today's list")),
    ),
)
