"""The pages with the status of a case."""

from flask import Blueprint, render_template, request

from portal import clock, features
from portal.appointments.bookings import days_of_visits
from portal.cases import operations as cases
from portal.cases.finding import claims
from portal.courier.labels import PACKAGE_STATES
from portal.courier.operations import submissions_of
from portal.evidence import custody
from portal.evidence import operations as evidence
from portal.evidence.labels import custody_text, line_text
from portal.forms import BaseForm
from portal.inquiries.forms import CATEGORIES
from portal.inquiries.operations import inquiries_of
from portal.limits import rules as limits
from portal.limits.throttle import slowed
from portal.posts.operations import all_posts, place, post_by_code
from portal.status import operations
from portal.status.cards import cards_of
from portal.status.forms import StatusForm
from portal.status.labels import ITEM_STATES
from portal.status.timeline import Timeline
from portal.web.audience import applicant_only, public
from portal.web.identity import current_user

LOOK_UPS = (10, "5 minutes", 30, "1 hour", 60, "1 day")
FEW = 10
bp = Blueprint("status", __name__, url_prefix="/<language:lang>")


@bp.route("/status", methods=["GET", "POST"])
@public
@limits.at_most(*LOOK_UPS, per=limits.typed_case)
@slowed(300, 1200, "1 hour")
def look_up():
    form, found, sent = StatusForm(all_posts()), None, False
    if form.validate_on_submit():
        found, sent = operations.look_up(form.location.data, form.number), True
    left, minutes = limits.tries_left() if request.method == "POST" else (None, 0)
    return render_template(
        "status/look_up.html",
        form=form,
        found=found,
        sent=sent,
        post=post_by_code(form.location.data) if sent else None,
        place=place,
        left=left if left is not None and left < FEW else None,
        minutes=minutes,
    )


@bp.route("/cases/<uuid:case_id>")
@applicant_only
def story(case_id):
    case, now = cases.case_for(current_user, case_id), clock.now()
    (card,) = cards_of([case], now)
    receipts = evidence.receipts_of(case)
    moments = operations.moments(case, card.facts, card.turn, receipts, days_of_visits(case))
    return render_template(
        "status/story.html",
        case=case,
        heading=card.heading,
        said=card.said,
        timeline=Timeline(moments),
        today=card.facts.today,
        receipts=receipts,
        originals=custody.held_of(case),
        line_text=line_text,
        custody_text=custody_text,
        item_states=ITEM_STATES,
        bring=cases.what_is_listed(case),
        inquiries=inquiries_of(case),
        packages=submissions_of([case]).get(case.id, []),
        package_states=PACKAGE_STATES,
        categories=CATEGORIES,
        failures=claims.failures_of(case, now),
        form=BaseForm(),
        more=[(part.template, part.values(case)) for part in features.added("on_case_page")],
    )
