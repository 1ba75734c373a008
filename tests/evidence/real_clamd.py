"""Debian's clamd with one signature of our own and nothing downloaded: `make prove PART=scanner` runs these."""

import subprocess
import time

import pytest

from portal.evidence import virus_scanner
from portal.evidence.virus_scanner import ScannerAway
from tests.evidence.clamd import HARMFUL
from tests.evidence.papers import add, file, holder, picture
from tests.evidence.test_files import files_of
from tests.evidence.test_scanner import harmful, use

STARTED_WITHIN_SECONDS = 60
CONFIGURATION = """
DatabaseDirectory {folder}/signatures
LocalSocket {folder}/clamd.ctl
Foreground yes
StreamMaxLength 11M
LogFile {folder}/clamd.log
"""


@pytest.fixture(scope="module")
def clamd(tmp_path_factory):
    """A running clamd that knows one word; gives its address."""
    folder = tmp_path_factory.mktemp("clamd")
    (folder / "signatures").mkdir()
    (folder / "signatures" / "own.ndb").write_text(f"Portal.Test:0:*:{HARMFUL.hex()}\n")
    (folder / "clamd.conf").write_text(CONFIGURATION.format(folder=folder))
    with subprocess.Popen(["/usr/sbin/clamd", "-c", str(folder / "clamd.conf")], stdout=subprocess.DEVNULL) as process:
        end = time.monotonic() + STARTED_WITHIN_SECONDS
        while not (folder / "clamd.ctl").exists() and time.monotonic() < end:
            time.sleep(0.1)
        yield f"clamd://{folder}/clamd.ctl"
        process.terminate()


def test_a_harmful_file_is_refused_and_another_is_taken(app, visitor, clamd):
    case = holder(visitor)
    use(app, clamd)

    page = add(visitor, case, file(harmful()), file(picture(), "good.jpg"))

    assert "The virus scanner found something harmful in this file." in page.errors[0]
    assert [(one.name, one.state) for one in files_of(case)] == [("good.jpg", "ready")]


def test_a_file_of_the_largest_size_is_scanned_and_a_larger_one_does_not_pass(app, clamd):
    use(app, clamd)

    assert virus_scanner.is_clean([b"x" * (10 * 1024 * 1024)])
    with pytest.raises(ScannerAway):
        virus_scanner.is_clean([b"x" * (12 * 1024 * 1024)])
