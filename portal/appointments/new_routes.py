"""New Application / Schedule Appointment: one page for each step, the answers kept with the account."""

from flask import Blueprint, redirect, render_template, url_for

from portal import clock
from portal.accounts import operations as accounts
from portal.appointments import kept_answers
from portal.appointments.forms import AskForm, CaseForm, DetailsForm, PurposeForm, QuestionsForm, VisaForm
from portal.cases.finding import claims, requests
from portal.cases.finding.proofs import NoMatch, Proof
from portal.database.transactions import commits
from portal.limits import guesses
from portal.limits import rules as limits
from portal.posts.operations import all_posts, post_by_code
from portal.values.numbers import code_as_written, passport_number
from portal.web.audience import applicant_only
from portal.web.identity import current_user

bp = Blueprint("new", __name__, url_prefix="/<language:lang>/appointments/new")
LAST_STEP = 7


@bp.route("")
@applicant_only
def start():
    answers = kept_answers.answers_of(current_user.account_id)
    return redirect(_next_page(answers), 303)


@bp.route("/visa", methods=["GET", "POST"])
@applicant_only
@commits
def visa():
    answers = kept_answers.answers_of(current_user.account_id)
    form = VisaForm(data=answers.get("visa"))
    if form.validate_on_submit():
        return _keep("visa", {"visa": form.visa.data}, "purpose")
    return render_template("appointments/visa.html", form=form, step=1, steps=LAST_STEP)


@bp.route("/purpose", methods=["GET", "POST"])
@applicant_only
@commits
def purpose():
    answers = kept_answers.answers_of(current_user.account_id)
    if not kept_answers.may_open("purpose", answers):
        return redirect(_next_page(answers), 303)
    form = PurposeForm(data=answers.get("purpose"))
    if form.validate_on_submit():
        return _keep("purpose", {"purpose": form.purpose.data}, "details")
    return render_template("appointments/purpose.html", form=form, step=2, steps=LAST_STEP)


@bp.route("/details", methods=["GET", "POST"])
@applicant_only
@commits
def details():
    answers = kept_answers.answers_of(current_user.account_id)
    if not kept_answers.may_open("details", answers):
        return redirect(_next_page(answers), 303)
    form = DetailsForm(all_posts(), data=answers.get("details"))
    if form.validate_on_submit():
        typed = {name: form[name].data for name in form.order}
        return _keep("details", {**typed, "birth_dates": form.birth_dates}, "questions")
    return render_template("appointments/details.html", form=form, step=3, steps=LAST_STEP)


@bp.route("/questions", methods=["GET", "POST"])
@applicant_only
@commits
def questions():
    answers = kept_answers.answers_of(current_user.account_id)
    if not kept_answers.may_open("questions", answers):
        return redirect(_next_page(answers), 303)
    form = QuestionsForm(data=answers.get("questions"))
    if form.validate_on_submit():
        return _keep("questions", {name: form[name].data for name in kept_answers.QUESTIONS}, "case")
    return render_template("appointments/questions.html", form=form, step=4, steps=LAST_STEP)


@bp.route("/case", methods=["GET", "POST"])
@applicant_only
@limits.at_most(20, "15 minutes", per=limits.account)
def case():
    answers = kept_answers.answers_of(current_user.account_id)
    if not kept_answers.may_open("case", answers) or not kept_answers.is_answered("questions", answers):
        return redirect(_next_page(answers), 303)
    form, unmatched = CaseForm(data=answers.get("typed")), False
    if form.validate_on_submit():
        try:
            found = _claim(form, answers["details"])
        except NoMatch as refusal:
            form.case_number.errors = [refusal.message]
            unmatched = True
        else:
            return redirect(url_for("appointments.choose_time", case_id=found.public_id), 303)
    post = post_by_code(answers["details"]["location"])
    page = "appointments/case.html"
    return render_template(page, form=form, post=post, unmatched=unmatched, ask=AskForm(), step=5, steps=LAST_STEP)


@bp.route("/ask", methods=["POST"])
@applicant_only
@limits.at_most(10, "1 hour", per=limits.account)
@commits
def ask():
    answers = kept_answers.answers_of(current_user.account_id)
    form = AskForm()
    if not answers.get("typed") or not answers.get("details") or not form.validate_on_submit():
        return redirect(_next_page(answers), 303)
    post = post_by_code(answers["details"]["location"])
    told = _answers_for_staff(answers)
    said = requests.asked(current_user.account_id, post, told, form.key, current_user.actor, clock.now())
    return redirect(url_for("home.dashboard", said=said), 303)


@bp.route("/instead")
@applicant_only
def instead():
    answers = kept_answers.answers_of(current_user.account_id)
    step = next(
        (step for step in ("visa", "purpose", "questions") if not kept_answers.is_answered(step, answers)), None
    )
    if step not in answers and "no" not in answers.get("questions", {}).values():
        return redirect(_next_page(answers), 303)
    post = post_by_code(answers.get("details", {}).get("location", ""))
    return render_template("appointments/instead.html", answers=answers, step=step or "questions", post=post)


@bp.route("/anew", methods=["POST"])
@applicant_only
@commits
def anew():
    kept_answers.forget(current_user.account_id)
    return redirect(url_for(".visa"), 303)


def _keep(step, given, next_step):
    kept_answers.keep(current_user.account_id, step, given, clock.now())
    leads_on = kept_answers.is_answered(step, {step: given}) and not (step == "questions" and "no" in given.values())
    return redirect(url_for(f".{next_step}" if leads_on else ".instead"), 303)


def _next_page(answers):
    step = kept_answers.first_open_step(answers) or "case"
    return url_for(".instead" if step in answers else f".{step}")


def _claim(form, details):
    post = post_by_code(details["location"])
    proof = Proof(
        number=form.number,
        birth_dates=tuple(details["birth_dates"]),
        passport_number=passport_number(details["passport_number"]),
        letter_code=code_as_written(form.letter_code.data or ""),
    )
    with claims.counted(post, proof, current_user.account_id) as checked:
        found = _matched(form, details, post, checked)
        if found is None:
            raise NoMatch
    guesses.was_right()
    return found


@commits
def _matched(form, details, post, proof):
    now, by, account_id = clock.now(), current_user.actor, current_user.account_id
    kept_answers.keep(account_id, "typed", {"case_number": form.case_number.data}, now)
    described = {name: details[name] for name in ("surname", "given_names", "nationality", "has_new_passport")}
    found = claims.match_and_claim(post, proof, described, account_id, by, now)
    if found is not None:
        accounts.keep_telephone(account_id, details.get("telephone", "").strip(), by, now)
        kept_answers.forget(account_id)
    return found


def _answers_for_staff(answers):
    details = answers["details"]
    return {**details, "case_number": answers["typed"]["case_number"], "date_of_birth": details["birth_dates"][0]}
