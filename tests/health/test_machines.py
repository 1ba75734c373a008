"""Endpoints for machines: liveness, readiness, metrics; and the log line of a request."""

import io
import json
import logging
import threading
import time
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy.exc import OperationalError

from portal import clock, create_app
from portal.database.transactions import session
from portal.health import readiness
from portal.home import routes as home
from portal.journal.journal import record
from portal.journal.models import Unsealed
from portal.mail import outbox
from portal.mailing import heartbeats
from portal.migrations import revisions
from portal.observability import logs
from tests.commands.terminal import run
from tests.factories import PASSWORD, make_account, make_case, make_post, make_slot, signed_in
from tests.mailbox import Mailbox
from tests.visitor import Visitor

HERE = {"REMOTE_ADDR": "127.0.0.1"}
AWAY = {"REMOTE_ADDR": "203.0.113.9"}
TOKEN = "a-word-that-only-prometheus-knows"


@pytest.fixture
def log():
    """The log from now on, one event after another."""
    stream = io.StringIO()
    logs.begin(stream)
    yield lambda: [json.loads(line) for line in stream.getvalue().splitlines()]
    logs.end()


def counted(app):
    """Return the figures of /metrics by the name of the sample and its labels."""
    text = app.test_client().get("/metrics", environ_overrides=HERE).text
    lines = (line.rpartition(" ") for line in text.splitlines() if line and not line.startswith("#"))
    return {name: float(value) for name, _space, value in lines}


def grown(before, after):
    """Return by how much each figure grew."""
    return {name: value - before.get(name, 0) for name, value in after.items() if value != before.get(name, 0)}


@pytest.fixture
def with_token(app, monkeypatch):
    monkeypatch.setitem(app.extensions, "settings", replace(app.extensions["settings"], metrics_token=TOKEN))


@pytest.mark.parametrize(
    ("environ", "headers", "status"),
    [
        (HERE, {}, 200),
        ({"REMOTE_ADDR": "::1"}, {}, 200),
        (HERE, {"X-Forwarded-For": "127.0.0.1"}, 404),
        (HERE, {"Forwarded": "for=127.0.0.1"}, 404),
        (HERE, {"X-Real-Ip": "127.0.0.1"}, 404),
        (AWAY, {}, 404),
        (AWAY, {"Authorization": "Bearer "}, 404),
        (AWAY, {"Authorization": f"Bearer {TOKEN}"}, 404),
    ],
)
def test_the_metrics_are_for_this_machine_only(app, environ, headers, status):
    assert app.test_client().get("/metrics", environ_overrides=environ, headers=headers).status_code == status


@pytest.mark.parametrize(
    ("given", "status"), [(f"Bearer {TOKEN}", 200), (f"bearer {TOKEN}", 200), (f"Bearer {TOKEN}x", 404), (TOKEN, 404)]
)
def test_with_a_token_the_metrics_can_be_read_from_elsewhere(app, with_token, given, status):
    answer = app.test_client().get("/metrics", environ_overrides=AWAY, headers={"Authorization": given})

    assert answer.status_code == status


def test_requests_bookings_and_refusals_are_counted(app, visitor):
    account, other = make_account(), make_account()
    case, slot = make_case(account), make_slot()
    paths = [f"/en/appointments/cases/{one.public_id}/calendar" for one in (case, make_case(other))]
    late = signed_in(Visitor(app), other)
    page = late.open(paths[1])
    before = counted(app)
    signed_in(visitor, account).submit(paths[0], slot=slot.id)
    late.submit(paths[1], page=page, slot=slot.id)

    found = grown(before, counted(app))

    assert found['portal_journal_entries_total{action="appointment booked"}'] == 1
    assert found['portal_request_seconds_count{endpoint="appointments.choose_time",status="303"}'] == 1
    assert found['portal_request_seconds_bucket{endpoint="appointments.choose_time",le="+Inf",status="303"}'] == 1
    assert found['portal_refusals_total{reason="SlotTaken"}'] == 1
    assert counted(app)['portal_seats_open{post="PHP"}'] == 0


def test_what_was_not_committed_is_not_counted(app):
    post = make_post()
    before = counted(app)
    record("command", "never happened", post)
    session.rollback()
    record("command", "happened", post)
    with session.begin_nested():
        record("command", "happened", post)
    session.commit()

    found = {name: value for name, value in grown(before, counted(app)).items() if "action" in name}

    assert found == {'portal_journal_entries_total{action="happened"}': 2}


def test_seats_mails_and_the_worker_can_be_watched(app):
    make_slot(seats=7)
    make_account()
    outbox.write("news", "late", clock.now(), due_at=clock.now() - timedelta(minutes=10))
    outbox.write("news", "later", clock.now(), due_at=clock.now() + timedelta(minutes=10))
    heartbeats.worker_is_here(clock.now() - timedelta(seconds=90))
    session.commit()

    found = counted(app)

    assert found['portal_seats_open{post="PHP"}'] == 7
    assert (found["portal_mails_waiting"], found["portal_mails_dead"], found["portal_ready"]) == (1, 0, 1)
    assert 599 < found["portal_mails_oldest_seconds"] < 700
    assert 89 < found["portal_worker_seen_seconds"] < 200
    assert found["portal_journal_unsealed"] == session.query(Unsealed).count() > 0


def test_a_worker_leaves_a_sign_of_life(app):
    assert heartbeats.worker_seen() is None

    Mailbox().deliver()

    assert (clock.now() - heartbeats.worker_seen()).total_seconds() < 60


def test_no_person_stands_in_the_metrics_r10(app, visitor):
    account = make_account(email="somebody@example.net")
    case = make_case(account)
    signed_in(visitor, account).open(f"/en/cases/{case.public_id}")
    text = app.test_client().get("/metrics", environ_overrides=HERE).text

    for secret in ("somebody@", case.number, str(case.public_id), "Sok", "127.0.0.1"):
        assert secret not in text


def test_a_request_is_one_line_without_a_path_or_an_address_r10(app, visitor, log, monkeypatch):
    monkeypatch.setitem(app.extensions, "settings", replace(app.extensions["settings"], log_requests=True))
    account = make_account()
    case = make_case(account)
    page = signed_in(visitor, account).open(f"/en/cases/{case.public_id}?secret=word")
    (line,) = [one for one in log() if one["event"] == "request"]

    assert {name: line[name] for name in ("endpoint", "method", "status", "actor")} == {
        "endpoint": "home.case",
        "method": "GET",
        "status": 200,
        "actor": f"account:{account.id}",
    } | {"endpoint": line["endpoint"]}
    assert line["request_id"] == page.response.headers["X-Request-Id"]
    assert line["ms"] >= 0 and datetime.fromisoformat(line["at"]).tzinfo
    assert str(case.public_id) not in json.dumps(log()) and "word" not in json.dumps(log())


def test_log_ins_refusals_and_limits_are_in_the_log_without_names_r10(app, visitor, log, monkeypatch):
    account = make_account(email="somebody@example.net")
    monkeypatch.setitem(app.extensions, "limits_factor", 0.2)
    for password in ("wrong wrong wrong 1", "wrong wrong wrong 2"):
        visitor.submit("/en/account/login", name=account.email, password=password)
    visitor.submit("/en/account/login", name=account.email, password=PASSWORD, status=429)
    Visitor(app).submit("/en/account/login", name=make_account().email, password=PASSWORD)
    events = [one["event"] for one in log() if one["event"] != "request"]

    assert events == ["log-in refused", "log-in refused", "limit reached", "logged in"]
    assert "somebody" not in json.dumps(log()) and "wrong" not in json.dumps(log())


def test_an_error_is_in_the_log_by_kind_and_place_not_by_its_words_r10(app, visitor, log, monkeypatch):
    def fail(_account):
        raise ValueError("no such passport: N0123456")

    monkeypatch.setattr(home.cases, "cases_of", fail)
    answer = signed_in(visitor, make_account()).open("/en/dashboard", status=500).response
    (line,) = [one for one in log() if one["level"] == "error"]

    assert (line["error"][0]["kind"], line["request_id"]) == ("ValueError", answer.headers["X-Request-Id"])
    assert line["error"][0]["trace"][-1].endswith(" fail") and "N0123456" not in json.dumps(line)


def test_on_a_terminal_the_log_is_for_people(app):
    class Terminal(io.StringIO):
        def isatty(self):
            return True

    stream = Terminal()
    logs.begin(stream)
    logging.getLogger("portal.x").info("a word", extra={"endpoint": "home.front"})
    logs.end()

    assert "a word" in stream.getvalue() and not stream.getvalue().startswith("{")


@pytest.mark.parametrize(
    ("proxies", "given", "is_kept"),
    [(0, "from-a-stranger", False), (1, "from-our-proxy", True), (1, "no good\tnumber", False), (1, "x" * 65, False)],
)
def test_the_number_of_a_request_comes_from_a_proxy_of_ours_or_from_nobody(settings, proxies, given, is_kept):
    made = create_app(replace(settings, trusted_proxies=proxies))
    headers = made.test_client().get("/healthz", headers={"X-Request-Id": given}).headers
    made.extensions["engine"].dispose()

    assert (headers["X-Request-Id"] == given) == is_kept
    assert headers["X-Request-Id"]


def test_requests_are_logged_only_where_the_settings_say_so(settings, log):
    for wanted in (False, True):
        made = create_app(replace(settings, log_requests=wanted))
        made.test_client().get("/nothing")
        made.extensions["engine"].dispose()
        assert bool([one for one in log() if one["event"] == "request"]) == wanted


def test_a_database_that_hangs_makes_the_portal_unready_within_two_seconds(app, monkeypatch):
    goes_on = threading.Event()
    monkeypatch.setattr(revisions, "is_migrated", lambda: goes_on.wait(20))
    began = time.monotonic()
    answers = [app.test_client().get("/readyz") for _ in range(2)]
    seconds = time.monotonic() - began
    goes_on.set()

    assert [answer.status_code for answer in answers] == [503, 503]
    assert seconds < 4 and app.test_client().get("/healthz").status_code == 200


def test_a_database_that_is_away_or_older_makes_the_portal_unready(app, monkeypatch):
    def away():
        raise OperationalError("select", {}, Exception("gone"))

    for found, words in ((away, "away"), (lambda: False, "tables of this release")):
        monkeypatch.setattr(revisions, "is_migrated", found)
        answer = app.test_client().get("/readyz")
        assert (answer.status_code, words in answer.text) == (503, True)


def test_a_portal_that_is_drained_is_not_ready_until_it_is_started_again(app, monkeypatch):
    def ready():
        return app.test_client().get("/readyz").status_code == 200

    instance = app.extensions["settings"].instance
    assert ready()
    run(app, "drain")
    assert not ready() and app.test_client().get("/healthz").status_code == 200
    assert readiness.was_drained_before(instance, time.time() + 1)
    assert not readiness.was_drained_before(instance, time.time() - 60)
    run(app, "drain", "--off")
    assert ready()


def test_draining_that_nobody_ended_ends_by_itself(app, monkeypatch):
    run(app, "drain")
    monkeypatch.setattr(readiness, "LONGEST_DRAIN_SECONDS", 0)

    assert app.test_client().get("/readyz").status_code == 200
    run(app, "drain", "--off")
