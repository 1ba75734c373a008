"""Hostile values in every form, as every role: no error, no internals, no markup, no redirect out.

More in make prove.
"""

import pytest

from bench.forms import Reader
from bench.spider import Spider, SpiderReport, crawl, faults_of, read_mails
from bench.world import make_world
from portal.home import routes as home
from tests.mailbox import Mailbox

SUBMISSIONS = {"sqlite": 60, "postgresql": 25}
SEED, PAGES = 221, 40


def test_hostile_values_in_every_form_break_nothing_and_come_back_as_text(app):
    world, database = make_world(app), app.extensions["engine"].name
    report = SpiderReport(database)
    for persona in world.people:
        if persona.side is not world.sides[1]:
            Spider(world, persona, report, SEED, PAGES).attack(SUBMISSIONS[database])
    crawl(world, report, most=PAGES)
    Mailbox().deliver()
    read_mails(Mailbox().folder, report)

    assert report.faults == [], report.line()
    assert report.submissions >= 8 * SUBMISSIONS[database]


def test_the_spider_knows_an_error_an_open_redirect_and_markup_when_it_sees_them(app, monkeypatch):
    client = make_world(app).persona("applicant").visitor.client
    answers = {
        "status 500": lambda: 1 / 0,
        "redirect to": lambda: app.redirect("//zq9.example"),
        "element zq9": lambda: "<p><zq9>",
        "a template was run": lambda: "1343433",
        "shows": lambda: "Traceback (most recent call last)",
        "no Cache-Control": lambda: ("x", 200, {"Cache-Control": "unheard-of"}),
        "header x-zq9": lambda: ("x", 200, {"X-Zq9": "1"}),
    }
    for fault, answer in answers.items():
        monkeypatch.setitem(app.view_functions, "home.dashboard", _as_dashboard(answer))
        assert any(found.startswith(fault) for found in faults_of(client.get("/en/dashboard"))), fault


@pytest.mark.parametrize(
    "html",
    [
        "<a href='javascript:zq9()'>",
        "<img src=x onerror=x>",
        "<script>zq9()</script>",
        "<form action='//zq9.example'>",
        "<p style='x'>",
        "<base href='/'>",
    ],
)
def test_the_spider_knows_markup_that_is_not_the_portals(html):
    assert Reader("/en/", html).traces


def _as_dashboard(answer):
    answer.audience = home.dashboard.audience
    return answer
