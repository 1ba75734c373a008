"""What a server loads when it starts, and what it leaves until it is needed."""

import os
import subprocess
import sys

from portal import lazy_imports
from portal.settings.settings import ROOT
from tests.secrets import ENVIRONMENT

NOT_NEEDED = (*lazy_imports.MODULES.values(), "alembic", "psycopg")
HELD = "import sys, wsgi; print(*(name for name in sys.argv[1:] if name in sys.modules))"


def test_a_server_on_sqlite_starts_without_what_only_commands_and_few_pages_need(tmp_path):
    environment = {"PATH": os.environ["PATH"], **ENVIRONMENT, "PORTAL_INSTANCE": str(tmp_path)}
    line = [sys.executable, "-c", HELD, *NOT_NEEDED, "sqlalchemy"]
    done = subprocess.run(line, cwd=ROOT, env=environment, capture_output=True, text=True, check=True)

    assert done.stdout.split() == ["sqlalchemy"]
