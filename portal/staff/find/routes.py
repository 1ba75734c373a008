"""The page with the field, the list of what was found, and the former page for case numbers."""

from flask import Blueprint, redirect, render_template, request, url_for

from portal import clock
from portal.database.transactions import commits
from portal.staff.find import operations
from portal.staff.find.forms import FindForm
from portal.status.labels import WHO
from portal.web.audience import staff_only
from portal.web.identity import current_user

bp = Blueprint("find", __name__, url_prefix="/<language:lang>/staff")


@bp.route("/find", methods=["GET", "POST"])
@staff_only("desk")
@commits
def ask():
    form = FindForm()
    if form.validate_on_submit():
        return _search(form.q.data)
    return render_template("staff/find.html", form=form, typed="")


@bp.route("/find/<uuid:search_id>")
@staff_only("desk")
def show(search_id):
    typed = operations.words_of_search(current_user, search_id)
    found = operations.find(current_user.post_id, typed, clock.now())
    if len(found.matches) == 1:
        return redirect(url_for("case_page.show", case_id=found.matches[0].case.public_id), 303)
    form, mistake = FindForm(formdata=None, data={"q": typed}), operations.known_mistake(typed)
    return render_template("staff/find.html", form=form, typed=typed, found=found, who=WHO, mistake=mistake)


@bp.route("/cases/", methods=["GET", "POST"])
@staff_only("desk")
@commits
def by_number():
    """Lead on from the former address of the search, with a number that was sent from an old page or bookmark."""
    number = request.form.get("case_number", "")
    return _search(number) if number.strip() else redirect(url_for(".ask"), 303)


def _search(typed):
    search = operations.keep(current_user, typed, clock.now())
    return redirect(url_for("find.show", search_id=search.public_id), 303)
