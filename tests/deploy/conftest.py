"""The environment of a production start."""

import os

import pytest

from portal import create_app
from portal.migrations import state
from portal.settings.settings import settings_from
from tests.secrets import ENVIRONMENT


@pytest.fixture(scope="module")
def environment(tmp_path_factory):
    """The settings of a production, on a migrated database."""
    folder = tmp_path_factory.mktemp("instance")
    ours = {"PORTAL_INSTANCE": str(folder), "PORTAL_SECURE_COOKIES": "1", "PORTAL_TRUSTED_PROXIES": "1"}
    machine = {name: value for name, value in os.environ.items() if not name.startswith("PORTAL_")}
    app = create_app(settings_from({**ENVIRONMENT, **ours}))
    with app.app_context():
        state.upgrade()
    app.extensions["engine"].dispose()
    return {**machine, **ENVIRONMENT, **ours, "PYTHONWARNINGS": "error"}
