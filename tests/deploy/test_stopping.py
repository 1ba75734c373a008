"""The web server as its unit starts it: asked to stop, it finishes the requests it has begun."""

import os
import re
import subprocess
import sys
import threading
import time
from pathlib import Path

from bench.client import ask, get
from bench.servers import free_port
from portal.settings.settings import ROOT
from tests.deploy.slow import ANSWER, SECONDS

UNIT = ROOT / "deploy" / "systemd" / "portal-web@.service"


def test_who_is_being_answered_when_the_server_is_told_to_stop_gets_the_answer():
    port = free_port()
    process = subprocess.Popen(_line(port), cwd=ROOT, env={**os.environ, "PYTHONWARNINGS": "error"})
    subprocess.run([ROOT / "tools" / "wait-until-alive", str(port)], check=True)
    answers = []
    asking = threading.Thread(target=lambda: answers.extend(ask(port, [get("/")] * 3, 3)))
    asking.start()
    time.sleep(SECONDS / 3)
    process.terminate()
    asking.join()
    process.wait(20)

    assert [(answer.status, answer.text.encode()) for answer in answers] == [(200, ANSWER)] * 3


def _line(port):
    """Return the command of the unit, with another application in place of the portal."""
    said = re.search(r"^ExecStart=(.*)$", UNIT.read_text(), re.MULTILINE)[1]
    said = said.replace("/srv/portal/.venv/bin", str(Path(sys.executable).parent)).replace("%i", str(port))
    values = dict(re.findall(r"(WORKERS)=(\d+)", UNIT.read_text()))
    for name, value in values.items():
        said = said.replace(f"${{{name}}}", value)
    return said.replace("wsgi:app", "tests.deploy.slow:app").split()
