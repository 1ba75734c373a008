"""What evidence adds to the portal."""

from portal.evidence import case_data, file_feature, routes, staff_routes
from portal.evidence.models import Receipt
from portal.features import Feature, Notice
from portal.i18n.locale import _l, gettext_noop

FEATURE = Feature(
    blueprints=(routes.bp, staff_routes.bp, *file_feature.BLUEPRINTS),
    messages={
        **file_feature.MESSAGES,
        "handed_back": _l("It is recorded that the document was handed back."),
        "asked_back": _l(
            "We passed your request to a consular officer. You will see here when the document is returned."
        ),
    },
    staff_pages=file_feature.STAFF_PAGES,
    notices={
        **file_feature.NOTICES,
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
    case_data={"receipts": case_data.RECEIPTS, "sent_as_files": file_feature.SENT_AS_FILES},
    happened=(case_data.happened, file_feature.happened),
    recorded={Receipt: "receipt given"},
)
