"""The restore drill of `make prove`, small."""

from bench.restore import drill
from bench.servers import SQLITE


def test_what_is_backed_up_while_somebody_writes_is_restored_to_the_row():
    report = drill(SQLITE, None, 40)

    assert report.faults == []
    assert report.cases >= 40 and report.rows > report.cases
