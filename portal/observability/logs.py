"""The log: one event a line to standard error, as JSON for machines, in plain words on a terminal (R10).

Code logs with `logging`, as usual; `request` lines bypass it, because they are many. An event contains accounts and
endpoints, never addresses, paths, or what a person typed. Of an exception it has type and place only, because its
message may quote a person.
"""

import logging
import secrets
import sys
import traceback
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

import structlog
from flask import has_request_context, request

NUMBER = "portal.request_number"
NUMBER_BYTES = 8
METHODS = frozenset(("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"))
_TIME = structlog.processors.TimeStamper(fmt="iso", utc=True, key="at")
_state: dict[str, Any] = {"handler": None, "lines": None}


def begin(stream=None):
    """Send the log to a stream, by default standard error: the first step of a server and a worker."""
    stream = stream or sys.stderr
    terminal = stream.isatty()
    last = structlog.dev.ConsoleRenderer()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(_formatter(last, terminal) if terminal else json_lines())
    end()
    logging.getLogger().addHandler(handler)
    logging.getLogger("portal").setLevel(logging.INFO)
    _state.update(handler=handler, lines=_words(stream, last) if terminal else _json(stream))


def json_lines():
    """Return a formatter of an event as a line of JSON: its fields, and of an exception type and place only."""
    return _formatter(structlog.processors.JSONRenderer(ensure_ascii=False), terminal=False)


def end():
    """Stop writing the log."""
    logging.getLogger().removeHandler(_state["handler"])
    _state.update(handler=None, lines=None)


def number_of(environ):
    """Return the id of a request: that of a trusted proxy, or a random one."""
    number = environ.get(NUMBER)
    if number is None:
        number = environ[NUMBER] = secrets.token_hex(NUMBER_BYTES)
    return number


def request_line(number, endpoint, method, status, milliseconds, actor):
    """Write the log line of one request, if the log has been started."""
    write = _state["lines"]
    if write is not None:
        known = method if method in METHODS else "other"
        with suppress(OSError):  # a log that cannot be written must not keep a page from its reader
            write(number, endpoint, known, status, milliseconds, actor)


def _words(stream, last):
    logger = structlog.wrap_logger(structlog.WriteLogger(stream), processors=[_TIME, last])

    def write(number, endpoint, method, status, milliseconds, actor):
        told = {"endpoint": endpoint, "method": method, "status": status, "ms": round(milliseconds, 1)}
        logger.info("request", level="info", **told, actor=actor, request_id=number)

    return write


def _json(stream):
    def write(number, endpoint, method, status, milliseconds, actor):
        # Formatted by hand for speed, since every request has one: no field can contain a character that JSON must
        # escape.
        who = f'"{actor}"' if actor else "null"
        stream.write(
            f'{{"event": "request", "level": "info", "request_id": "{number}", "endpoint": "{endpoint}", '
            f'"method": "{method}", "status": {status}, "ms": {milliseconds:.1f}, "actor": {who}, '
            f'"at": "{datetime.now(UTC).isoformat()}"}}\n'
        )
        stream.flush()

    return write


def _formatter(last, terminal):
    before: list[Any] = [structlog.stdlib.add_log_level, structlog.stdlib.ExtraAdder(), _add_request, _TIME]
    own = [structlog.stdlib.ProcessorFormatter.remove_processors_meta]
    if not terminal:
        own.append(_without_message)
    return structlog.stdlib.ProcessorFormatter(foreign_pre_chain=before, processors=[*own, last])


def _add_request(_logger, _method, event):
    if has_request_context():
        event["request_id"] = number_of(request.environ)
    return event


def _without_message(_logger, _method, event):
    """Replace an exception in an event by its type and place."""
    found = event.pop("exc_info", None)
    if found is True:
        found = sys.exc_info()
    error = found[1] if isinstance(found, tuple) else found
    if isinstance(error, BaseException):
        event["error"] = [
            {"kind": type(one).__name__, "trace": [_place(frame) for frame in traceback.extract_tb(one.__traceback__)]}
            for one in _chain(error)
        ]
    return event


def _place(frame):
    return f"{frame.filename.rpartition('/site-packages/')[2]}:{frame.lineno} {frame.name}"


def _chain(error):
    while error is not None:
        yield error
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
