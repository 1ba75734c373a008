"""The virus scanner: clamd, asked by its own protocol (INSTREAM), where PORTAL_SCANNER_URL names one."""

import logging
import socket
from urllib.parse import urlsplit

from flask import current_app

PORT, SECONDS = 3310, 30
CHUNK_BYTES = 64 * 1024
_LONGEST_ANSWER = 4096
_log = logging.getLogger(__name__)


class ScannerAway(Exception):
    """The scanner cannot be asked, or does not say what it found: the file waits."""


def is_used():
    """Say whether files are scanned here."""
    return bool(current_app.extensions["settings"].scanner_url)


def is_clean(blocks):
    """Ask the scanner about a file; blocks: its bytes. Raises ScannerAway. Without a scanner every file is clean."""
    if not is_used():
        return True
    try:
        with _connection() as line:
            answer = _asked(line, blocks)
    except OSError as error:
        _log.error("virus scanner away: %s", type(error).__name__)
        raise ScannerAway from error
    if answer.endswith("OK"):
        return True
    if answer.endswith("FOUND"):
        _log.warning("virus scanner found something")
        return False
    _log.error("virus scanner does not say: see its log, and its StreamMaxLength")
    raise ScannerAway


def _connection():
    where = urlsplit(current_app.extensions["settings"].scanner_url)
    if where.hostname:
        return socket.create_connection((where.hostname, where.port or PORT), SECONDS)
    line = socket.socket(socket.AF_UNIX)
    line.settimeout(SECONDS)
    try:
        line.connect(where.path)
    except OSError:
        line.close()
        raise
    return line


def _asked(line, blocks):
    line.sendall(b"zINSTREAM\0")
    for block in blocks:
        for start in range(0, len(block), CHUNK_BYTES):
            chunk = block[start : start + CHUNK_BYTES]
            line.sendall(len(chunk).to_bytes(4, "big") + chunk)
    line.sendall((0).to_bytes(4, "big"))
    answer = b""
    while not answer.endswith(b"\0") and len(answer) < _LONGEST_ANSWER:
        more = line.recv(_LONGEST_ANSWER)
        if not more:
            break
        answer += more
    return answer.rstrip(b"\0").decode("utf-8", "replace").strip()
