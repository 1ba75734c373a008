"""No process of a server keeps serving when the server itself has ended."""

import subprocess
import sys
from pathlib import Path

from portal.settings.settings import ROOT
from tests.starting.running import lines_until, wait_until

SERVER = """
import multiprocessing, os, signal
from portal import process

def serve():
    process._end_with_the_server()
    print("serving", os.getpid(), flush=True)
    while True:
        signal.pause()

children = [multiprocessing.Process(target=serve) for _number in range(2)]
for one in children:
    one.start()
children[0].join()
"""


def test_the_processes_of_a_server_that_is_killed_end():
    with subprocess.Popen([sys.executable, "-c", SERVER], cwd=ROOT, stdout=subprocess.PIPE, text=True) as server:
        numbers = [lines_until(server, "serving")[-1].split()[1] for _process in range(2)]
        server.kill()

        wait_until(lambda: not any(Path(f"/proc/{number}").exists() for number in numbers))
