"""R16: a transaction lasts as long as its statements; after a job or a command, none is open."""

from datetime import timedelta

import pytest

from portal import clock
from portal.commands import add_to
from portal.database.transactions import session, writing
from portal.journal import journal
from portal.mailing import jobs
from portal.mailing.worker import worker_of
from tests.cases.case_file import line, write_csv
from tests.commands.terminal import run
from tests.factories import make_account, make_case, make_post, make_slot
from tests.writing.engine_watch import watched

MOST_STATEMENTS = 400
CASES = 400


@pytest.fixture
def in_use(app):
    """A portal with work for each job."""
    account = make_account(email="somebody@example.org", email_confirmed_at=clock.now())
    for _number in range(3):
        make_case(account, refused_on=clock.now().date() - timedelta(days=340))
    for _number in range(3):
        make_slot()
    return app


@pytest.mark.parametrize("job", jobs.JOBS, ids=lambda job: job.name)
def test_r16_a_job_lets_others_write_whenever_it_does_not(in_use, job):
    with watched(in_use.extensions["engine"]) as watch:
        worker = worker_of(in_use)
        worker.run_job(job)

    assert (watch.shut_out, watch.in_vain, watch.in_use) == ([], [], 0)
    assert watch.longest <= MOST_STATEMENTS


def test_r16_a_round_of_the_worker_holds_the_writer_for_a_batch_at_a_time(in_use):
    for number in range(300):
        journal.record(journal.COMMAND, "case added", make_post(), after={"number": number}, now=clock.now())
    session.commit()
    with watched(in_use.extensions["engine"]) as watch:
        worker_of(in_use).run(once=True)

    assert (watch.shut_out, watch.in_vain, watch.in_use) == ([], [], 0)
    assert watch.longest <= MOST_STATEMENTS


COMMANDS = {
    "check": ("check",),
    "doctor": ("doctor",),
    "journal export": ("journal", "export", "{folder}/journal.jsonl"),
    "backup": ("backup", "{folder}/backup.zip"),
    "keys rotate": ("keys", "rotate"),
    "cases import": ("cases", "import", "{folder}/cases.csv"),
    "posts import": ("posts", "import", "portal/data/posts.csv"),
    "slots release": (
        *("slots", "release", "--post", "PHP", "--from", "2027-01-04", "--to", "2027-06-30"),
        *("--at", "09:00,09:10,09:20,09:30", "--seats", "2"),
    ),
    "slots recompute": ("slots", "recompute"),
    "demo load": ("demo", "load"),
    "demo herd": ("demo", "herd", "--post", "PHP", "--cases", "250", "--seats", "9", "--out", "{folder}/herd.csv"),
    "demo code": ("demo", "code"),
    "staff create": ("staff", "create", "new@example.org", "--role", "desk", "--post", "PHP", "--password-stdin"),
    "db upgrade": ("db", "upgrade"),
    "worker": ("worker", "--once"),
}
ALONE = {"db upgrade"}  # it changes tables, beside which no one runs it


@pytest.mark.parametrize("name", COMMANDS)
def test_r16_a_command_lets_others_write_whenever_it_does_not(in_use, tmp_path, name):
    lines = [line(case_number=f"PHP20257{number:05}") for number in range(CASES)]
    write_csv(tmp_path / "cases.csv", *lines)
    arguments = [part.format(folder=tmp_path) for part in COMMANDS[name]]
    with watched(in_use.extensions["engine"]) as watch:
        run(in_use, *arguments, typed="purple otter ladder 99\n", code=None)

    assert (watch.shut_out, watch.in_vain, watch.in_use) == ([], [], 0)
    assert name in ALONE or watch.longest <= MOST_STATEMENTS


def test_r16_every_command_is_watched(app):
    # They have no transaction here, or run while no one is served.
    not_here = {"restore", "drain", "keys new", "db revision"}
    names = set(_names(app.cli))

    assert names - not_here == set(COMMANDS)


def test_r16_a_block_that_writes_does_not_nest(app):
    with pytest.raises(RuntimeError), writing(), writing():
        pass


def _names(group, before=""):
    add_to(group) if not before else None
    for name, command in group.commands.items():
        if hasattr(command, "commands"):
            yield from _names(command, f"{before}{name} ")
        else:
            yield f"{before}{name}"
