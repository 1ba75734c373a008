"""The public page that says what is stored, why, who sees it, and for how long."""

from flask import Blueprint, render_template

from portal.retention.periods import PERIODS, in_use
from portal.web.audience import public

bp = Blueprint("retention", __name__, url_prefix="/<language:lang>")


@bp.route("/privacy")
@public
def privacy():
    days = in_use()
    return render_template("retention/privacy.html", kept=[one.said(days[one.name]) for one in PERIODS])
