"""An import killed or stopped at any point takes effect completely or not at all, after recovery by a worker."""

import os
import signal
import subprocess
import sys
import time
from itertools import count
from types import SimpleNamespace

import pytest
from sqlalchemy import func, select, update

from portal import clock
from portal.cases.importing import interrupted_imports
from portal.cases.importing.models import CaseImport, CaseImportRow, Lease
from portal.cases.models import Case, Traveller
from portal.database.transactions import session, writing
from portal.integrity import checks
from portal.mailing.worker import worker_of
from portal.settings.settings import ROOT
from tests.cases.case_file import bring, line, write_csv
from tests.commands.terminal import run
from tests.secrets import ENVIRONMENT

OLD = [f"PHP2025600{number:03}" for number in range(1, 5)]
NEW = 4
STEP = 9  # of the points at which an importer is killed


@pytest.fixture(scope="module")
def forking(tmp_path_factory):
    """A process that starts importers."""
    folder = {"PORTAL_INSTANCE": str(tmp_path_factory.mktemp("instance"))}
    environment = {**os.environ, **ENVIRONMENT, **folder}
    with subprocess.Popen(
        [sys.executable, "-m", "tests.cases.dying"],
        cwd=ROOT,
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        start_new_session=True,
    ) as process:
        assert process.stdout.readline() == "ready\n"
        yield process
        os.killpg(process.pid, signal.SIGKILL)  # with whom it has started, and who may stand still


@pytest.fixture
def importer(forking, settings):
    """Starts importers on this test's database; they end as requested."""

    def start(what, point, path):
        line = f"{int(what)} {point} {settings.database_url} {settings.instance} {path}\n"
        forking.stdin.write(line)
        forking.stdin.flush()
        return int(forking.stdout.readline())

    return SimpleNamespace(start=start, said=lambda: forking.stdout.readline().strip())


@pytest.fixture
def cases(app, tmp_path):
    """Some existing cases."""
    bring(tmp_path, *[line(case_number=number, surname="Before") for number in OLD])


def file_of(folder, turn):
    """Four new cases and four existing ones, with the surname of this turn."""
    new = [line(case_number=f"PHP2024{turn:03}{number:03}") for number in range(NEW)]
    old = [line(case_number=number, surname=f"Turn{turn}") for number in OLD]
    return write_csv(folder / "cases.csv", *new, *old)


def seen(turn):
    """How many new cases of a turn are visible, and the surnames of the old ones."""
    session.rollback()
    new = select(func.count()).where(Case.number.like(f"PHP2024{turn:03}%"), Case.visible())
    names = select(Traveller.surname).join(Case).where(Case.number.in_(OLD)).distinct()
    return session.scalar(new), session.scalars(names).all()


def decided():
    session.rollback()
    return session.scalar(select(func.count()).where(CaseImport.switched_at.is_not(None)))


def let_the_lease_run_out():
    with writing():
        session.execute(update(Lease).values(held_until=clock.now().replace(year=2000)))


def left():
    session.rollback()
    undecided = select(func.count()).where(CaseImport.switched_at.is_(None))
    return session.scalar(undecided), session.scalar(select(func.count()).select_from(CaseImportRow))


def test_killed_at_any_point_all_of_it_is_there_or_nothing_once_a_worker_has_looked(app, importer, cases, tmp_path):
    name, ends = "Before", set()
    for turn, point in enumerate(count(2, STEP)):
        before = decided()
        importer.start(signal.SIGKILL, point, file_of(tmp_path, turn))
        ended = int(importer.said())
        is_decided = decided() > before
        ends.add((ended, is_decided))
        assert seen(turn)[0] == (NEW if is_decided else 0), point
        let_the_lease_run_out()
        interrupted_imports.finish_interrupted(clock.now())

        name = f"Turn{turn}" if is_decided else name
        assert (seen(turn), left()) == ((NEW if is_decided else 0, [name]), (0, 0)), point
        if ended == 0:
            break
    assert ends == {(-signal.SIGKILL, False), (-signal.SIGKILL, True), (0, True)}
    assert list(checks.violations()) == []


def test_the_worker_makes_the_corrections_of_an_import_that_was_killed_after_it_was_decided(
    app, importer, cases, tmp_path
):
    turn = killed_while_correcting(importer, tmp_path)
    worker_of(app).run(once=True)
    assert left()[1] > 0  # the lease has not expired: it may be alive
    let_the_lease_run_out()
    worker_of(app).run(once=True)

    assert (seen(turn), left()) == ((NEW, [f"Turn{turn}"]), (0, 0))


def test_the_next_import_makes_what_was_decided_before_it_its_own(app, importer, cases, tmp_path):
    turn = killed_while_correcting(importer, tmp_path)
    said = run(app, "cases", "import", str(file_of(tmp_path, 900)), code=1).stderr
    assert "interrupted less than a minute ago" in said
    let_the_lease_run_out()
    run(app, "cases", "import", str(file_of(tmp_path, 900)))

    assert (seen(turn)[0], seen(900)) == (NEW, (NEW, ["Turn900"]))


def test_an_import_that_stood_still_beyond_its_lease_stops_and_leaves_nothing(app, importer, cases, tmp_path):
    stopped = importer.start(signal.SIGSTOP, 7, file_of(tmp_path, 1))
    while state_of(stopped) != "T":
        time.sleep(0.05)
    let_the_lease_run_out()
    run(app, "cases", "import", str(file_of(tmp_path, 2)))
    os.kill(stopped, signal.SIGCONT)

    assert importer.said() == "LeftBehind"
    assert importer.said() == "3"
    assert (seen(1)[0], seen(2), left()) == (0, (NEW, ["Turn2"]), (0, 0))


def killed_while_correcting(importer, folder):
    """Kill importers later and later, until one was killed with corrections left to apply; return its turn."""
    for turn in range(1, 100):
        before = decided()
        importer.start(signal.SIGKILL, 2 + STEP * turn, file_of(folder, turn))
        assert importer.said() == str(-signal.SIGKILL)
        if decided() > before and left()[1]:
            return turn
        let_the_lease_run_out()
        interrupted_imports.finish_interrupted(clock.now())
    raise AssertionError


def state_of(process):
    """Return the state of a process in /proc: T is stopped."""
    with open(f"/proc/{process}/stat") as file:
        return file.read().rpartition(")")[2].split()[0]
