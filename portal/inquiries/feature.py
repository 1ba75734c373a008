"""What the inquiries feature adds to the portal."""

from portal.features import Feature, Notice, StaffPage
from portal.i18n.locale import _l, gettext_noop
from portal.inquiries import case_data, operations, routes, staff_routes
from portal.inquiries.models import Inquiry

FEATURE = Feature(
    blueprints=(
        routes.bp,
        staff_routes.bp,
    ),
    messages={
        "inquiry_asked": _l("We have sent your question to the Embassy."),
        "will_remind": _l("We will email you on that day."),
    },
    staff_pages=(
        StaffPage(
            ("officer",),
            "staff_inquiries.queue",
            _l("Questions from applicants"),
            operations.number_waiting,
            operations.waiting_since,
        ),
    ),
    notices={
        "inquiry_answered": Notice(gettext_noop("The Embassy answered your question about case %(end)s.")),
    },
    case_data={"inquiries": case_data.INQUIRIES},
    happened=(case_data.happened,),
    recorded={Inquiry: "inquiry asked"},
)
