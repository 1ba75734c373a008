"""No one reaches what belongs to others, and no form works without a valid token (R5). All of it in make prove."""

import pytest
from sqlalchemy import select

from bench.trespass import bad_tokens, foreign_choices, rows, strangers
from bench.world import make_world
from portal.cases import operations as cases
from portal.cases.models import Case
from portal.courier import intake
from portal.courier.models import Submission
from portal.database.transactions import session

UNGUARDED = {
    "a case": (cases, "case_for", lambda _who, number, **_how: _one(Case, Case.public_id == number)),
    "a package": (
        intake,
        "package_of_post",
        lambda _post, number, **_how: _one(Submission, Submission.reference == number),
    ),
}


@pytest.fixture
def world(app):
    """Two posts with everything."""
    return make_world(app)


def test_neighbours_and_the_other_post_get_at_nothing_r5(app, world):
    intruders = [world.persona(role, 1) for role in ("visitor", "applicant", "supervisor", "administrator")]
    owners = [world.persona(role) for role in ("applicant", "supervisor", "administrator")]
    report = strangers(world, app.extensions["engine"].name, intruders, owners)

    assert report.faults == [], report.line()
    everything = {rule.endpoint for rule in app.url_map.iter_rules() if rule.arguments - {"lang"}}
    closed = {name for name in everything if app.view_functions[name].audience[0] != "public"}
    assert closed <= report.endpoints, closed - report.endpoints


@pytest.mark.parametrize("what", UNGUARDED)
def test_without_one_guard_the_same_walk_gets_in(app, world, monkeypatch, what):
    module, name, unguarded = UNGUARDED[what]
    monkeypatch.setattr(module, name, unguarded)
    role = "applicant" if what == "a case" else "desk"
    report = strangers(world, "", [world.persona(role, 1)], [world.persona(role)])

    assert any("answered 200" in fault for fault in report.faults), report.line()


def test_choices_of_another_post_in_ones_own_form_are_not_taken_r5(app, world):
    people = [world.persona(role, side) for role in ("applicant", "supervisor") for side in (0, 1)]
    report = foreign_choices(world, "", people)

    assert report.faults == [], report.line()
    assert {"appointments.choose_time", "courier.agency", "counter.choose_time"} <= report.endpoints


def test_a_form_without_a_good_token_or_from_elsewhere_changes_nothing(app, world):
    report = bad_tokens(world, "", ("visitor", "applicant", "supervisor"))

    assert report.faults == [], report.line()
    assert report.tries > 300


def test_the_measure_sees_a_row_that_changed(app, world):
    before = rows()
    session.query(Case).first().flags = ["seen"]
    session.commit()

    assert [name for name, digest in rows().items() if digest != before[name]] == ["case"]


def _one(model, condition):
    return session.scalar(select(model).where(condition))
