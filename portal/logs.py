"""The log: one event a line to standard error, JSON for machines, plain words on a terminal (R10).

Code logs by `logging`, as everywhere; `request` lines are written past it, because they are many.
An event names accounts and endpoints, never addresses, paths, or what was typed; of an exception
stands where and of what kind it was, for its message may quote a person.
"""

import logging
import sys
import traceback
from typing import Any

import structlog
from flask import g, has_request_context

_TIME = structlog.processors.TimeStamper(fmt="iso", utc=True, key="at")
_state: dict[str, Any] = {"handler": None, "lines": None}


def begin(stream=None):
    """Send the log to a stream, standard error if none is given: a server's and a worker's first step."""
    stream = stream or sys.stderr
    terminal = stream.isatty()
    last = structlog.dev.ConsoleRenderer() if terminal else structlog.processors.JSONRenderer(ensure_ascii=False)
    handler = logging.StreamHandler(stream)
    handler.setFormatter(_formatter(last, terminal))
    end()
    logging.getLogger().addHandler(handler)
    logging.getLogger("portal").setLevel(logging.INFO)
    # A proxy looks its processors up at each call; a bound logger does not.
    lines = structlog.wrap_logger(structlog.WriteLogger(stream), processors=[_TIME, last]).bind()
    _state.update(handler=handler, lines=lines)


def end():
    """Send the log nowhere any more."""
    logging.getLogger().removeHandler(_state["handler"])
    _state.update(handler=None, lines=None)


def line(event, **facts):
    """Write one event that happens with every request, where a log was begun."""
    lines = _state["lines"]
    if lines is not None:
        lines.info(event, level="info", **facts)


def _formatter(last, terminal):
    before: list[Any] = [structlog.stdlib.add_log_level, structlog.stdlib.ExtraAdder(), _add_request, _TIME]
    own = [structlog.stdlib.ProcessorFormatter.remove_processors_meta]
    if not terminal:
        own.append(_without_message)
    return structlog.stdlib.ProcessorFormatter(foreign_pre_chain=before, processors=[*own, last])


def _add_request(_logger, _method, event):
    if has_request_context() and "request_id" in g:
        event["request_id"] = g.request_id
    return event


def _without_message(_logger, _method, event):
    """Say of an exception its kind and its place."""
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
