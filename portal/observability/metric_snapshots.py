"""Snapshot files: what each process of an instance has counted, added up by the process that answers.

Each process keeps its figures in memory and replaces its own file as a whole every few seconds. The files are not
memory-mapped: on a full disk, a page fault in a map ends the process with a signal that cannot be caught, whereas
writing a file raises OSError. A file is dead when no process holds the lock beside it any longer; the totals of
the dead are moved into one file, so that no total falls when a process ends.
"""

import fcntl
import json
import os
import secrets
import weakref
from contextlib import contextmanager, suppress
from pathlib import Path

ENDED = "ended.json"
TURN = "turn.lock"
REMEMBERED = 200
Figures = dict[tuple[str, ...], list[float]]


class Snapshots:
    """The snapshot files in a folder, including this process's own."""

    def __init__(self, folder):
        self.folder = Path(folder)
        self.own = f"{os.getpid()}x{secrets.token_hex(4)}"
        self._alive: int | None = None
        self._written: Figures | None = None

    def write(self, figures: Figures):
        """Replace the file of this process, and add up those of processes that have ended. Raises OSError."""
        path = self._path(self.own)
        if self._written != figures or not path.exists():
            self._be_alive()
            _replace(path, {"figures": _packed(figures)})
            self._written = figures
        self._bury()

    def others(self):
        """Return what other processes counted: the figures of each running one, and a list of those of the ended."""
        names = [path.stem for path in self.folder.glob("*.json") if path.name != ENDED and path.stem != self.own]
        found = {name: _read(self._path(name)) for name in names}
        # Read after the others, so that a file that is moved in the meantime is counted exactly once.
        totals = _read(self.folder / ENDED)
        left = {name: one["figures"] for name, one in found.items() if name not in totals["buried"]}
        living = [name for name in left if self._is_alive(name)]
        dead = [figures for name, figures in left.items() if name not in living]
        return [left[name] for name in living], [totals["figures"], *dead]

    def _be_alive(self):
        """Hold the liveness lock; the kernel releases it when the process ends, however it ends."""
        path = self._sign(self.own)
        if self._alive is not None and path.exists():
            return
        self.folder.mkdir(parents=True, exist_ok=True)
        self._alive = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC, 0o644)
        weakref.finalize(self, os.close, self._alive)
        fcntl.flock(self._alive, fcntl.LOCK_EX)

    def _is_alive(self, name):
        try:
            with self._sign(name).open() as file:
                fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        except OSError:
            return False
        return False

    def _bury(self):
        """Move the figures of each ended process, once, to the common file."""
        dead = [path.stem for path in self.folder.glob("*.alive") if not self._is_alive(path.stem)]
        if not dead:
            return
        with _turn(self.folder / TURN) as is_mine:
            dead = [name for name in dead if self._sign(name).exists()] if is_mine else []
            for name in dead:
                totals = _read(self.folder / ENDED)
                if name not in totals["buried"]:
                    add(totals["figures"], _read(self._path(name))["figures"])
                    buried = [*totals["buried"], name][-REMEMBERED:]
                    _replace(self.folder / ENDED, {"figures": _packed(totals["figures"]), "buried": buried})
                for path in (self._path(name), _part(self._path(name)), self._sign(name)):
                    path.unlink(missing_ok=True)

    def _path(self, name):
        return self.folder / f"{name}.json"

    def _sign(self, name):
        return self.folder / f"{name}.alive"


def add(totals: Figures, figures: Figures):
    """Add figures to totals, number by number; skip those with another number of buckets, from another release."""
    for key, numbers in figures.items():
        known = totals.get(key)
        if known is None:
            totals[key] = list(numbers)
        elif len(known) == len(numbers):
            totals[key] = [one + more for one, more in zip(known, numbers, strict=True)]


def _packed(figures):
    return [[*key, numbers] for key, numbers in figures.items()]


def _read(path):
    """Return the content of a file, or nothing if it does not exist or is damaged."""
    try:
        told = json.loads(path.read_text(encoding="utf-8"))
        figures = {tuple(key): [float(number) for number in numbers] for *key, numbers in told["figures"]}
        return {"figures": figures, "buried": list(told.get("buried", ()))}
    except (OSError, ValueError, TypeError, KeyError):
        return {"figures": {}, "buried": []}


def _replace(path, told):
    part = _part(path)
    try:
        part.write_text(json.dumps(told), encoding="utf-8")
        os.replace(part, path)
    except OSError:
        with suppress(OSError):
            part.unlink(missing_ok=True)
        raise


def _part(path):
    return path.with_suffix(".part")


@contextmanager
def _turn(path):
    """Try to take the folder's lock without waiting; yield whether it was taken."""
    with path.open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
        else:
            yield True
