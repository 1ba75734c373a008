"""Backups of earlier releases can be restored by this one."""

from pathlib import Path

import pytest
from sqlalchemy import select

from portal.cases.models import Traveller
from portal.database.transactions import session
from tests.backups.test_backups import elsewhere  # noqa: F401 - a fixture
from tests.commands.terminal import run
from tests.factories import PASSPORT


@pytest.mark.parametrize("release", [1])
def test_a_backup_of_each_earlier_release_is_restored_to_the_row(app, elsewhere, database_url, release):  # noqa: F811
    kind = database_url.partition(":")[0].partition("+")[0]
    elsewhere()

    restored = run(app, "restore", str(Path(__file__).with_name(f"release_{release}.{kind}.backup")))
    run(app, "db", "upgrade")

    assert "restored and verified" in restored.stdout
    assert PASSPORT in session.scalars(select(Traveller.passport_number)).all()
    assert run(app, "check").stderr == "0 violations.\n"
