"""Whether a port is free, and which process has it: the server binds with SO_REUSEPORT, which shares it silently."""

import errno
import http.client
import os
import socket
from contextlib import suppress
from pathlib import Path

from tools.starting.light import Refused

CONNECT_SECONDS = 2
LISTENING = "0A"  # in /proc/net/tcp (proc(5))
WILD = ("0.0.0.0", "::")  # noqa: S104 (nothing is bound to them here)


def number_of(text):
    """Return the number of a port; raises Refused."""
    if not (text.isascii() and text.isdecimal() and 0 < int(text) < 65536):
        raise Refused(f"PORT must be a number from 1 to 65535, such as make run PORT=8001. It is: {text}")
    return int(text)


def address_of(host):
    """Return the network address of a HOST, in the form that the server takes; raises Refused."""
    try:
        return socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)[0][4][0]
    except OSError:
        raise Refused(f"HOST must be an address of this machine, such as 127.0.0.1 or 0.0.0.0. It is: {host}") from None


def require_free(address, port):
    """Raise Refused if anything listens on a port, or this user may not: tested by connecting and by binding."""
    if any(_connects(one, port) for one in _reached(address)):
        raise Refused(_taken(port))
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # closed connections in TIME_WAIT do not count
        try:
            probe.bind((address, port))
        except OSError as error:
            raise Refused(_why(error, address, port)) from None


def claim(address, port):
    """Claim this port against other starts, before the server has it.

    Returns a socket that holds the claim until it is closed. Raises Refused if another start of a portal has it. The
    name is
    in the kernel's abstract namespace, and needs no file.
    """
    claimed = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        claimed.bind(f"\0portal start {address}:{port}")
    except OSError:
        claimed.close()
        raise Refused(_taken(port) if _connects(_reached(address)[0], port) else _being_taken(port)) from None
    return claimed


def answers(address, port, seconds=CONNECT_SECONDS):
    """Say whether a portal at a port is alive."""
    connection = http.client.HTTPConnection({"0.0.0.0": "127.0.0.1", "::": "::1"}.get(address, address), port, seconds)  # noqa: S104
    try:
        connection.request("GET", "/healthz")
        answer = connection.getresponse()
        return answer.status == 200 and answer.read(100) == b"alive\n"
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def _reached(address):
    """Return where people would reach a server at an address: browsers try both addresses of localhost."""
    return ("127.0.0.1", "::1") if address in (*WILD, "127.0.0.1", "::1") else (address,)


def _connects(address, port):
    try:
        socket.create_connection((address, port), CONNECT_SECONDS).close()
    except OSError:
        return False
    return True


def _taken(port):
    who = "another portal" if answers("127.0.0.1", port) else "another program"
    return f"Port {port} is in use by {who}{_process_at(port)}. {_otherwise(port)}"


def _being_taken(port):
    return f"Another portal is starting at port {port} just now. {_otherwise(port)}"


def _otherwise(port):
    return f"Stop it, or choose another port: make run PORT={port + 1 if port < 65535 else 8001}"


def _why(error, address, port):
    if error.errno == errno.EADDRINUSE:
        return _taken(port)
    if isinstance(error, PermissionError):
        return f"This user may not listen on port {port}: choose one above 1023, such as make run PORT=8000"
    return f"The portal cannot listen on {address} port {port}: {error.strerror}. Is HOST an address of this machine?"


def _process_at(port):
    """Return the process that listens on a port, in brackets, or nothing if this user may not see it."""
    sockets = {f"socket:[{inode}]" for inode in _listening(port)}
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            if sockets.intersection(os.readlink(file) for file in (folder / "fd").iterdir()):
                return f" (process {folder.name}, in {os.readlink(folder / 'cwd')})"
    return ""


def _listening(port):
    for name in ("tcp", "tcp6"):
        with suppress(OSError):
            for line in Path(f"/proc/net/{name}").read_text().splitlines()[1:]:
                fields = line.split()
                if fields[3] == LISTENING and int(fields[1].rpartition(":")[2], 16) == port:
                    yield fields[9]
