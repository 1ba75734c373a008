"""What evidence adds to the portal."""

from portal.evidence import case_data, routes, staff_routes
from portal.evidence.models import Receipt
from portal.features import Feature, Notice
from portal.i18n.locale import _l, gettext_noop

FEATURE = Feature(
    blueprints=(routes.bp, staff_routes.bp),
    messages={
        "handed_back": _l("It is recorded that the document was handed back."),
        "asked_back": _l(
            "We passed your request to a consular officer. You will see here when the document is returned."
        ),
    },
    notices={
        "receipt_given": Notice(
            gettext_noop("We received documents for case %(end)s. Here is your document receipt."),
            "evidence.show",
            gettext_noop("Document receipt"),
            ("reference",),
        ),
        "original_moved": Notice(
            gettext_noop(
                "An original document of case %(end)s is no longer at the Embassy. See where your documents are."
            )
        ),
    },
    case_data={"receipts": case_data.RECEIPTS},
    happened=(case_data.happened,),
    recorded={Receipt: "receipt given"},
)
