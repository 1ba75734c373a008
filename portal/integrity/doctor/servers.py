"""Checks of the servers on this machine: two on one SQLite database, and a port that another portal answers too."""

import http.client
from urllib.parse import urlsplit

from portal.health import instance_mark
from portal.integrity.doctor.finding import ok, wrong
from portal.observability import server_presence

CONNECTIONS = 16  # SO_REUSEPORT spreads connections: one of two is missed once in 30,000
SECONDS = 2
NAME = "server"
WILD = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 (nothing is bound to them here)
LOCAL = ("localhost", "127.0.0.1")


def findings(settings):
    """Yield the findings about the servers present on this machine."""
    present = server_presence.present(settings.instance, settings.database_url)
    servers = [one["process"] for one in present if one["kind"] == server_presence.SERVER]
    if len(servers) > 1 and server_presence.sqlite_file(settings.database_url):
        numbers = ", ".join(str(number) for number in servers)
        yield wrong(NAME, f"{len(servers)} serve this SQLite database (processes {numbers}): stop all but one.")
    else:
        yield ok(NAME, f"{len(servers)} on this machine for this database.")
    addresses = {(one["address"], one["port"]) for one in present if "port" in one}
    for address, port in addresses or (_public(settings) if servers else ()):
        yield _answering(WILD.get(address, address), port, instance_mark.mark(settings))


def _public(settings):
    """Return the address of a server known only from its settings, if it is on this machine."""
    url = urlsplit(settings.public_url)
    return [("127.0.0.1", url.port or 80)] if url.scheme == "http" and url.hostname in LOCAL else []


def _answering(address, port, own):
    for _ in range(CONNECTIONS):
        mark = _mark_at(address, port)
        if mark is None:
            return wrong("port", f"a connection to port {port} of {address} gets no answer.")
        if mark != own:
            words = f"port {port} is answered by another portal or program, on some connections or on all"
            return wrong("port", f"{words}: stop that one, or start this one on another port.")
    return ok("port", f"{port} answers, for this portal alone.")


def _mark_at(address, port):
    """Return the identifier of the answering portal; an empty text if it sends none, None if there is no answer."""
    connection = http.client.HTTPConnection(address, port, timeout=SECONDS)
    try:
        connection.request("GET", "/healthz")
        return connection.getresponse().getheader(instance_mark.HEADER, "")
    except http.client.HTTPException:
        return ""
    except OSError:
        return None
    finally:
        connection.close()
