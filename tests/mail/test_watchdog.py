"""A worker that hangs is noticed by the watchdog."""

import socket

from portal.mailing.worker import worker_of


def test_a_worker_tells_systemd_that_it_works(app, tmp_path, monkeypatch):
    monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "notify"))
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as systemd:
        systemd.bind(str(tmp_path / "notify"))
        systemd.settimeout(1)
        worker_of(app).run(once=True)

        assert systemd.recv(100) == b"WATCHDOG=1"
