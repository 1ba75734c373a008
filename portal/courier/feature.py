"""What the courier feature adds to the portal."""

from portal.courier import case_data, package_routes, paper_routes, routes, staff_routes
from portal.courier.models import Submission
from portal.features import Feature, Notice, StaffPage
from portal.i18n.locale import _l, gettext_noop

FEATURE = Feature(
    blueprints=(
        package_routes.bp,
        paper_routes.bp,
        routes.bp,
        staff_routes.bp,
    ),
    messages={
        "package_not_changed": _l(
            "You had already registered this package with the courier office shown here, so we did not change "
            "it. You can choose another office on this page."
        ),
        "package_already": _l("This case already has a registered package. This is its page."),
        "package_too_late": _l("You can no longer change this."),
        "package_dropped_off": _l("We have recorded that the package is on its way. Keep the courier's receipt."),
        "package_collected": _l("We have recorded that you have your documents back."),
        "package_withdrawn": _l("The registration has been withdrawn. You can register another package."),
        "agency_changed": _l(
            "The courier office has been changed. Any page you printed earlier is out of date. Print it again."
        ),
        "packed": _l("Your list has been saved."),
        "page_older": _l("The printed page is older than the registration, which has been changed since."),
        "taken_in": _l("The package has been checked in."),
        "decided": _l("The decision has been saved."),
        "clock_stopped": _l("The decision has been saved: the documents came in time."),
        "sent_back": _l("The return has been recorded."),
        "agency_saved": _l("The agency has been saved."),
        "agency_closed": _l(
            "The agency is closed. No one can choose it. Packages already due to be returned there still are."
        ),
        "agency_opened": _l("The agency is open again."),
    },
    staff_pages=(
        StaffPage(("desk",), "mail_desk.scan", _l("Mail desk: packages")),
        StaffPage(("supervisor",), "mail_desk.list_agencies", _l("Courier agencies")),
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
