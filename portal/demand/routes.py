"""The page with the demand at the post, for schedulers."""

from flask import Blueprint, Response, render_template

from portal import clock
from portal.demand.operations import demand_of
from portal.demand.safe_csv import csv_of
from portal.i18n.locale import gettext
from portal.posts.operations import post_by_id
from portal.web.audience import staff_only
from portal.web.identity import current_user

bp = Blueprint("demand", __name__, url_prefix="/<language:lang>/staff/demand")


@bp.route("")
@staff_only("scheduler")
def show():
    post = post_by_id(current_user.post_id)
    return render_template("demand/show.html", post=post, demand=demand_of(post, clock.now()))


@bp.route("/weeks.csv")
@staff_only("scheduler")
def weeks():
    post = post_by_id(current_user.post_id)
    head = [gettext("Week of"), gettext("Seats"), gettext("Attended"), gettext("Missed"), gettext("Canceled late")]
    found = demand_of(post, clock.now()).weeks
    rows = [(one.monday.isoformat(), one.seats, one.attended, one.missed, one.cancelled_late) for one in found]
    return _file(csv_of([head, *rows]), f"{post.code}-weeks.csv")


@bp.route("/looks.csv")
@staff_only("scheduler")
def looks():
    post = post_by_id(current_user.post_id)
    head = [gettext("Day"), gettext("Views of an empty calendar")]
    rows = [(day.isoformat(), number) for day, number in demand_of(post, clock.now()).looks]
    return _file(csv_of([head, *rows]), f"{post.code}-looks.csv")


def _file(content, name):
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    return Response(content, content_type="text/csv; charset=utf-8", headers=headers)
