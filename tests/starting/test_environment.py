"""A machine that lacks something is told which, and what to do, before anything of `make run` can run.

Each machine is a folder of commands that is the whole PATH; what is missing there is missing for the tools.
"""

import os
import shutil
import subprocess
import sys

import pytest

from portal.settings.settings import ROOT

PLAIN = ("bash", "env", "dirname", "mktemp", "rm", "cat", "printf", "grep", "mkdir", "chmod", "id", "touch")
OLD_PYTHON = """#!/bin/sh
[ "$1 $2" = "-c " ] && exit 0
case "$2" in *platform*) echo 3.9.2; exit 0;; esac
exit 1
"""
WITHOUT_VENV = f"""#!/bin/sh
case "$*" in *venv*|*ensurepip*) echo 'No module named venv' >&2; exit 1;; esac
exec {sys.executable} "$@"
"""
NO_NETWORK = f"""#!/bin/sh
case "$*" in
  "-m pip install"*) echo 'ERROR: Could not connect to the index' >&2; exit 1;;
  *"-m pip --version"*) exit 0;;
esac
exec {sys.executable} "$@"
"""
SOMEBODY = "#!/bin/sh\necho 1000\n"


@pytest.fixture
def machine(tmp_path):
    """A machine with a checkout whose path has a space; command(name, text) gives it a command of that text."""
    return Machine(tmp_path)


class Machine:
    """A folder of commands, and a checkout with the tools."""

    def __init__(self, folder):
        self.commands, self.checkout = folder / "commands", folder / "a checkout"
        self.commands.mkdir()
        shutil.copytree(ROOT / "tools", self.checkout / "tools", ignore=shutil.ignore_patterns("__pycache__"))
        for name in PLAIN:
            (self.commands / name).symlink_to(shutil.which(name))

    def command(self, name, text, folder=None):
        """Give it a command, or the checkout one in a folder of its own."""
        path = (folder or self.commands) / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.unlink(missing_ok=True)
        path.write_text(text)
        path.chmod(0o755)

    def run(self, *line):
        """Run a tool; return its exit code, and all its output."""
        done = subprocess.run(
            line, cwd=self.checkout, env={"PATH": str(self.commands)}, text=True, capture_output=True, check=False
        )
        assert "Traceback" not in done.stdout + done.stderr
        return done.returncode, done.stdout + done.stderr

    def make_environment(self):
        return self.run("tools/environment", "requirements.txt")


def test_without_python_and_without_apt_get_both_are_named(machine):
    code, said = machine.make_environment()

    assert code == 1
    assert "Missing on this machine: python3 python3-venv." in said and "There is no apt-get here" in said


def test_a_python_that_is_too_old_is_named_with_its_version(machine):
    machine.command("python3", OLD_PYTHON)

    code, said = machine.make_environment()

    assert code == 1
    assert "needs Python 3.11 or newer. Here, python3 is 3.9.2." in said


def test_whoever_is_not_root_gets_the_command_to_give(machine):
    machine.command("python3", WITHOUT_VENV)
    machine.command("apt-get", "#!/bin/sh\necho 'E: Permission denied' >&2\nexit 100\n")
    machine.command("id", SOMEBODY)

    code, said = machine.make_environment()

    assert code == 1
    assert "  sudo apt-get install python3-venv\n" in said and "Permission denied" not in said


def test_apt_get_is_heard_only_where_it_fails_and_then_in_full(machine):
    machine.command("python3", WITHOUT_VENV)
    machine.command("apt-get", "#!/bin/sh\necho thirty lines of it\nexit 100\n")
    machine.command("id", "#!/bin/sh\necho 0\n")

    code, said = machine.make_environment()

    assert code == 1
    assert said.startswith("Installing python3-venv …\nthirty lines of it\n")
    assert "apt-get could not install python3-venv" in said


def test_packages_that_can_be_installed_are_one_line(machine):
    machine.command("apt-get", "#!/bin/sh\necho thirty lines of it\n")
    machine.command("id", "#!/bin/sh\necho 0\n")

    assert machine.run("tools/system-packages", "chromium", "gettext") == (0, "Installing chromium gettext …\n")


def test_a_python_without_venv_that_no_package_mends_is_named(machine):
    machine.command("python3", WITHOUT_VENV)
    machine.command("dpkg-query", "#!/bin/sh\necho install ok installed\n")

    code, said = machine.make_environment()

    assert code == 1
    assert f"{machine.commands}/python3 cannot make environments" in said


def test_without_a_network_pip_is_heard_and_a_sentence_says_what_to_do(machine):
    machine.command("python3", f'#!/bin/sh\nexec {sys.executable} "$@"\n')
    machine.command("python", NO_NETWORK, machine.checkout / ".venv" / "bin")

    code, said = machine.make_environment()

    assert code == 1
    assert "ERROR: Could not connect to the index" in said and "give the same command again" in said


def test_an_environment_that_is_there_is_kept_and_its_pip_is_not_heard(machine):
    machine.command("python3", f'#!/bin/sh\nexec {sys.executable} "$@"\n')
    machine.command("python", "#!/bin/sh\necho words of pip\n", machine.checkout / ".venv" / "bin")

    assert machine.make_environment() == (0, "Bringing the Python environment up to date …\n")


def test_a_start_without_an_environment_names_make_run(machine):
    code, said = machine.run("tools/run")

    assert code == 1 and "start the portal with `make run`" in said
    assert os.listdir(machine.checkout) == ["tools"]
