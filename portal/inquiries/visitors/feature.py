"""What questions without an account add to the portal."""

from portal.features import Feature
from portal.i18n.locale import _l
from portal.inquiries.visitors import routes, staff_routes
from portal.inquiries.visitors.models import VisitorQuestion

FEATURE = Feature(
    blueprints=(routes.bp, staff_routes.bp),
    messages={
        "question_erased": _l("We have erased the question."),
        "answered_by_email": _l("We will email the answer."),
    },
    recorded={VisitorQuestion: "visitor question asked"},
)
