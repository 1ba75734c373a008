"""What the passports feature adds to the portal."""

from sqlalchemy import exists

from portal.cases.models import Case
from portal.cases.passports import operations, routes, staff_routes
from portal.cases.passports.forms import REASONS, STATES
from portal.cases.passports.models import NewPassport
from portal.features import CaseData, Feature, Notice, OnCasePage, StaffPage
from portal.i18n.locale import _, _l, format_short_day, gettext_noop

_COLUMNS = ("number", "expires_on", "reported_at", "state", "decided_at", "corrected", "reason", "words")


def rows(case):
    """Return the new passports of a case as plain values for the file."""
    return [
        {"traveller": one.traveller.name, **{name: getattr(one, name) for name in _COLUMNS}}
        for one in operations.passports_of(case)
    ]


def lines(row):
    """Return a new passport as lines for the page."""
    reported = (_("New passport"), f"{row['traveller']}, {row['number']}, {format_short_day(row['expires_on'])}")
    answer = (_("Answer"), STATES[row["state"]])
    return [reported, answer, *((_("Answer"), text) for text in (row["words"],) if text)]


def on_case_page(case):
    """Return the part of a case's page about new passports."""
    passports = operations.passports_of(case)
    return {"passports": passports, "states": STATES, "reasons": REASONS, "until": operations.last_day_of_former}


def happened(instant):
    """Return the SQL condition for cases with a new passport reported or decided at an instant or later."""
    later = (NewPassport.reported_at >= instant) | (NewPassport.decided_at >= instant)
    return exists().where(NewPassport.case_id == Case.id, later)


FEATURE = Feature(
    blueprints=(routes.bp, staff_routes.bp),
    messages={
        "passport_reported": _l(
            "We have sent the details of the new passport to the Embassy. We will tell you on your dashboard "
            "when they have been checked."
        ),
        "passport_decided": _l("The decision has been saved. The applicant will see it on the dashboard."),
    },
    notices={
        "passport_accepted": Notice(
            gettext_noop("The Embassy accepted the new passport for case %(end)s. See the page of your case.")
        ),
        "passport_refused": Notice(
            gettext_noop(
                "The Embassy did not accept the new passport for case %(end)s. See why on the page of your case."
            )
        ),
    },
    staff_pages=(
        StaffPage(
            ("desk",),
            "staff_passports.queue",
            _l("New passports to check"),
            operations.number_waiting,
            operations.waiting_since,
        ),
    ),
    on_case_page=(OnCasePage("cases/passports/on_case_page.html", on_case_page),),
    case_data={"new_passports": CaseData(rows, lines, {"new_passport": "new_passports"})},
    happened=(happened,),
    recorded={NewPassport: "passport reported"},
)
