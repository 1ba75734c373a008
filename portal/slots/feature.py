"""What the slots feature adds to the portal."""

from portal.features import Feature, StaffPage
from portal.i18n.locale import _l
from portal.slots import staff_routes, zone_routes
from portal.slots.models import Release
from portal.slots.rules import routes as rules_routes
from portal.slots.weeks import routes as weeks_routes

FEATURE = Feature(
    blueprints=(
        rules_routes.bp,
        staff_routes.bp,
        weeks_routes.bp,
        zone_routes.bp,
    ),
    messages={
        "released": _l("The slots have been released."),
        "closed": _l("The slot is closed. No one can book it. Existing appointments in it stay."),
        "reopened": _l("The slot is open again."),
        "pattern_saved": _l("The pattern has been saved."),
        "rule_saved": _l("The rule has been saved. It is off until you switch it on."),
        "rule_on": _l("The rule is on."),
        "rule_paused": _l("The rule is paused. Slots it has opened stay open."),
        "rule_ran": _l("The rule has run. Its journal entry says what it did."),
        "holidays_confirmed": _l("The holidays have been confirmed. Patterns and rules leave these days out."),
        "day_closed": _l("The day is closed. Patterns and rules leave it out."),
        "day_opened": _l("The day is no longer closed."),
        "made": _l("The slots have been created."),
        "zone_corrected": _l("The time zone has been corrected. Future slots keep their local times."),
    },
    staff_pages=(
        StaffPage(("scheduler",), "slots.list_slots", _l("Slots")),
        StaffPage(("scheduler",), "slots.release", _l("Release slots")),
        StaffPage(("scheduler",), "rules.list_rules", _l("Patterns, holidays and rolling rules")),
    ),
    recorded={Release: None},
)
