"""The pages of the guide, for everyone; nothing is stored."""

from flask import Blueprint, render_template, request, url_for

from portal.forms import SWITCH
from portal.guide import questions
from portal.guide.forms import GuideForm
from portal.guide.next_steps import STEPS
from portal.guide.topics import TOPICS
from portal.web.audience import public
from portal.web.errors import NotFound

bp = Blueprint("guide", __name__, url_prefix="/<language:lang>/guide")


@bp.route("")
@public
def ask():
    form = GuideForm(request.args)
    answers = questions.usable(form.data)
    sent, again = request.args.get("sent"), request.args.get("again")
    if SWITCH in request.args:
        sent, again = None, sent
    name = questions.shown(answers, sent, again)
    if name is None:
        return _end(answers)
    if name == sent:
        form[name].validate(form)
    return render_template(
        "guide/question.html",
        form=form,
        name=name,
        question=questions.QUESTIONS[name],
        number=questions.walk(answers)[0].index(name) + 1,
        most=len(questions.QUESTIONS),
        others={other: answer for other, answer in answers.items() if other != name},
        back=_back(questions.before(name, answers), answers),
    )


@bp.route("/about")
@public
def about():
    return render_template("guide/about.html", topics=TOPICS)


@bp.route("/about/<topic>")
@public
def topic(topic):
    if topic not in TOPICS:
        raise NotFound
    return render_template(f"guide/{topic}.html", title=TOPICS[topic])


def _end(answers):
    names, step = questions.walk(answers)
    return render_template(
        "guide/next.html",
        step=STEPS[step],
        topics=TOPICS,
        unsure=answers.get("age") == "unknown" and "age" in names,
        back=_back(names[-1], answers),
    )


def _back(name, answers):
    """Return the address of a question with its answer kept; of the front page before the first."""
    return url_for(".ask", **answers, again=name) if name else url_for("home.front")
