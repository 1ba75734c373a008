"""The files of deploy/ agree with each other and with the portal."""

import re
from pathlib import Path

import pytest

from portal.settings.settings import ROOT
from tests.deploy.pooler import CERTIFICATE, settings_of_postgresql

DEPLOY = ROOT / "deploy"
ONLY_WITHOUT_PATRONI = {"listen_addresses", *CERTIFICATE}
UNITS = sorted((DEPLOY / "systemd").glob("*.service"))


def test_patroni_sets_what_a_server_of_its_own_has():
    block = (DEPLOY / "patroni" / "portal.yml").read_text().split("parameters:\n")[1].split("  initdb:")[0]
    found = {name: value.strip("'") for name, value in re.findall(r"^ +(\w+): (.*)$", block, re.MULTILINE)}
    expected = settings_of_postgresql()

    for name in expected.keys() - ONLY_WITHOUT_PATRONI:
        assert found[name] == expected[name].strip("'"), name
    assert expected["synchronous_commit"] == expected["fsync"] == "on"


def test_the_example_verifies_which_database_answers():
    said = (DEPLOY / "systemd" / "portal.env").read_text()

    assert "sslmode=verify-full&sslrootcert=/etc/portal/database.pem" in said
    let_in = re.findall(r"^(\w+) .*10\.20\.", (DEPLOY / "postgresql" / "pg_hba.conf").read_text(), re.MULTILINE)
    assert set(let_in) == {"hostssl"}


def test_every_setting_of_the_example_is_one_of_the_portal():
    known = (ROOT / "portal" / "settings" / "settings.py").read_text()
    names = re.findall(r"^(\w+)=", (DEPLOY / "systemd" / "portal.env").read_text(), re.MULTILINE)

    assert len(names) > 10
    assert [name for name in names if f'"{name}"' not in known] == []


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
def test_every_service_is_shut_in_as_tightly(unit):
    said = unit.read_text()

    for line in (
        "User=portal",
        "NoNewPrivileges=true",
        "ProtectSystem=strict",
        "MemoryDenyWriteExecute=true",
        "IPAddressDeny=any",
    ):
        assert f"\n{line}\n" in said
    for path in re.findall(r"/srv/portal/((?:tools|docs)/[\w.-]+)", said):
        assert (ROOT / path).is_file(), path


def test_the_container_is_nobodys_and_takes_no_secret_along():
    said = (DEPLOY / "container" / "Containerfile").read_text()
    left_out, *let_in = Path(ROOT / ".dockerignore").read_text().split()

    assert re.findall(r"^USER (.*)$", said, re.MULTILINE) == ["10001:10001"]
    assert left_out == "*"
    assert not any("instance" in name or "env" in name for name in let_in)
