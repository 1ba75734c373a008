"""What courier adds to the portal."""

from portal.courier import case_data, paper_routes, routes, staff_routes
from portal.courier.models import Submission
from portal.features import Feature, Notice, StaffPage
from portal.i18n.locale import _l, gettext_noop

FEATURE = Feature(
    blueprints=(
        paper_routes.bp,
        routes.bp,
        staff_routes.bp,
    ),
    messages={
        "package_not_changed": _l(
            "This package was registered before with the courier office shown here; it was not changed. You can choose "
            "another office on this page."
        ),
        "package_already": _l("A package of this case is registered already. This is its page."),
        "package_too_late": _l("This cannot be changed any more."),
        "package_dropped_off": _l("Noted: the package is on its way. Keep the receipt of the courier."),
        "package_collected": _l("Noted: you have your documents back."),
        "package_withdrawn": _l("The registration is withdrawn. You can register another package."),
        "agency_changed": _l("The agency is changed. A page that you printed before is out of date: print it again."),
        "packed": _l("Your list is saved."),
        "page_older": _l("The printed page is older than the registration: something was changed since."),
        "taken_in": _l("The package is taken in."),
        "decided": _l("The decision is saved."),
        "clock_stopped": _l("It is confirmed that the 12 months have stopped."),
        "sent_back": _l("The return is recorded."),
        "agency_saved": _l("The agency is saved."),
        "agency_closed": _l("The agency is closed. Nobody can choose it; packages that come back there still do."),
        "agency_opened": _l("The agency is open again."),
    },
    staff_pages=(
        StaffPage(("desk",), "mail_desk.scan", _l("Mail desk: packages")),
        StaffPage(("supervisor",), "mail_desk.list_agencies", _l("Agencies of couriers")),
    ),
    notices={
        "package_received": Notice(gettext_noop("The Embassy received your package for case %(end)s.")),
        "document_decided": Notice(
            gettext_noop("An officer looked at a document that you sent for case %(end)s. See your package.")
        ),
        "package_returned": Notice(
            gettext_noop("The Embassy sent your documents of case %(end)s back. See where they are handed to you.")
        ),
    },
    case_data={"packages": case_data.PACKAGES},
    happened=(case_data.happened,),
    recorded={Submission: "package registered"},
)
