"""The one page of a case for staff: all that the applicant sees, and more (design 3.7)."""

from flask import Blueprint, render_template, request

from portal import clock
from portal.accounts import recovery
from portal.appointments.bookings import days_of_visits
from portal.cases import operations as cases
from portal.cases.finding import claims
from portal.cases.forms import FIELD_NAMES
from portal.cases.labels import MODES, OVERCOME_BY, STAGES
from portal.cases.refusals import deadline
from portal.courier.labels import PACKAGE_STATES
from portal.courier.operations import submissions_of
from portal.database.transactions import records
from portal.evidence import custody
from portal.evidence import operations as evidence
from portal.evidence.labels import custody_text, line_text
from portal.forms import BaseForm
from portal.inquiries.forms import CATEGORIES
from portal.inquiries.operations import about_case
from portal.journal import journal
from portal.status import operations
from portal.status.cards import cards_of
from portal.status.labels import ITEM_STATES, WHO
from portal.status.timeline import Timeline
from portal.web.audience import staff_only
from portal.web.identity import current_user

bp = Blueprint("case_page", __name__, url_prefix="/<language:lang>/staff/cases")


@bp.route("/<uuid:case_id>")
@staff_only("desk")
@records
def show(case_id):
    case, now = cases.case_of_post(current_user.post_id, case_id), clock.now()
    journal.record(current_user.actor, "case viewed", case, post_id=case.post_id)
    (card,) = cards_of([case], now)
    receipts = evidence.receipts_of(case)
    moments = operations.moments(case, card.facts, card.turn, receipts, days_of_visits(case))
    return render_template(
        "status/staff/case.html",
        case=case,
        card=card,
        timeline=Timeline(moments),
        last_day=deadline.last_day,
        receipts=receipts,
        originals=custody.held_of(case),
        line_text=line_text,
        custody_text=custody_text,
        item_states=ITEM_STATES,
        stages=STAGES,
        modes=MODES,
        overcome_by=OVERCOME_BY,
        who=WHO,
        packages=submissions_of([case]).get(case.id, []),
        package_states=PACKAGE_STATES,
        inquiries=about_case(case),
        categories=CATEGORIES,
        helped=recovery.is_helped_at_desk(case.account),
        failures=claims.failures_of(case, now),
        fields=FIELD_NAMES,
        form=BaseForm(),
        said=request.args.get("said"),
    )
