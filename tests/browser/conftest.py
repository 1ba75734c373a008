"""What the tests with a browser share: one running portal, all its pages."""

import pytest

from tests.browser.families import FAMILIES
from tests.browser.server import running_portal
from tests.browser.tours import see_everything


@pytest.fixture(scope="session")
def server(tmp_path_factory):
    """A running portal with the demonstration data and the families of the tests."""
    with running_portal(tmp_path_factory.mktemp("portal")) as running:
        running.import_cases([row for rows in FAMILIES.values() for row in rows])
        yield running
    assert "Traceback" not in running.log, running.log


@pytest.fixture(scope="session")
def album(server):
    """Every page in every language."""
    return see_everything(server)
