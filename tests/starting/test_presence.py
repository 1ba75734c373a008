"""The servers of a database are visible to everyone on the machine, exactly as long as they run."""

import subprocess
import sys

import pytest

from portal.observability import server_presence
from portal.settings.settings import ROOT

HOLD = """
import sys
from tools.starting.light import server_presence
held = server_presence.announce(sys.argv[1], sys.argv[2], server_presence.SERVER, 4711)
print("held", flush=True)
sys.stdin.read()
"""


@pytest.fixture
def holder(tmp_path):
    """Another process that serves the SQLite database of this test."""
    line = [sys.executable, "-c", HOLD, str(tmp_path), _sqlite(tmp_path)]
    with subprocess.Popen(line, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout.readline() == "held\n"
        yield process
        process.kill()


def _sqlite(folder):
    return f"sqlite:///{folder / 'portal.db'}"


def test_who_serves_a_database_is_present_until_it_ends_however_it_ends(holder, tmp_path):
    (found,) = server_presence.present(tmp_path, _sqlite(tmp_path))
    holder.kill()
    holder.wait()

    assert (found["kind"], found["process"]) == (server_presence.SERVER, 4711)
    assert server_presence.present(tmp_path, _sqlite(tmp_path)) == []


def test_a_second_one_at_the_same_sqlite_database_is_refused_from_any_instance_folder(holder, tmp_path):
    with pytest.raises(server_presence.Taken) as refusal:
        server_presence.announce(tmp_path / "another", _sqlite(tmp_path), server_presence.START, 12, alone=True)

    assert refusal.value.facts["process"] == 4711


def test_another_database_in_the_same_folder_is_nobodys_business(holder, tmp_path):
    other = f"sqlite:///{tmp_path / 'other.db'}"
    with server_presence.announce(tmp_path, other, server_presence.START, 12, alone=True):
        assert [one["process"] for one in server_presence.present(tmp_path, other)] == [12]


def test_no_password_of_a_database_is_written_down_r10(tmp_path):
    url = "postgresql+psycopg://portal:hidden-word@127.0.0.1/portal"
    with server_presence.announce(tmp_path, url, server_presence.START, 12, port=8000):
        (found,) = server_presence.present(tmp_path, url)

    assert found["port"] == 8000 and "hidden-word" not in str(found)
