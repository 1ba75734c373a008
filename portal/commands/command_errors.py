"""Failing commands: a refusal by the database, a disk or a file ends in one sentence, with exit code 1."""

import os
from contextlib import contextmanager, suppress
from functools import cache, wraps
from pathlib import Path

import click
from alembic.util import CommandError
from flask import current_app

from portal.backups.archive import ProgramFailed
from portal.integrity.doctor import damage
from portal.observability import operator_messages
from portal.security.private_file import private

FILE = click.Path(path_type=Path)  # whether it is readable or writable is checked when it is used
NEWER = "The tables of the database are those of a newer release: run the commands of that release."
_MAY_BE_DAMAGE = (operator_messages.REFUSED, operator_messages.OTHER_TABLES)


@cache
def ending(command):
    """Return a command, or a group of them, that ends in one sentence on any such failure."""
    for one in getattr(command, "commands", {}).values():
        ending(one)
    if not isinstance(command, click.Group):
        command.callback = _wrapped(command.callback)
    return command


def say(line):
    """Print a line of a long command, ignoring errors of the output, such as a full disk."""
    with suppress(OSError):
        click.echo(line)


@contextmanager
def whole_file(path, encoding):
    """A text file to write that gets its name only once it is complete; an existing one stays until then.

    An existing path that is not a file (a pipe, a device) is written to directly.
    """
    if path.exists() and not path.is_file():
        with path.open("w", encoding=encoding) as file:
            yield file
        return
    aside = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        with open(aside, "x", encoding=encoding, opener=private) as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        os.replace(aside, path)
    except OSError as error:
        error.filename = str(path)
        raise
    finally:
        with suppress(OSError):
            aside.unlink(missing_ok=True)


def _wrapped(callback):
    @wraps(callback)
    def wrapper(*args, **kwargs):
        with _plainly():
            return callback(*args, **kwargs)

    return wrapper


@contextmanager
def _plainly():
    try:
        yield
    except (click.ClickException, click.exceptions.Exit, click.Abort, BrokenPipeError):
        raise
    except Exception as error:
        sentence = NEWER if isinstance(error, CommandError) else operator_messages.sentence_of(error)
        # Values in a damaged file may also be invalid dates, numbers or words.
        if (sentence is None or sentence in _MAY_BE_DAMAGE) and _is_damaged():
            sentence = operator_messages.DAMAGED
        if sentence is None and isinstance(error, ProgramFailed):
            sentence = str(error)
        if sentence is None:
            raise
        raise click.ClickException(sentence) from error


def _is_damaged():
    return damage.look(current_app.extensions["engine"], damage.SHORT_SECONDS).faults > 0
