"""The two modules of the portal that import nothing of it, loaded without the rest."""

import importlib.util
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent.parent


class Refused(Exception):
    """The portal cannot start; the text says why, and what to do."""


def _load(name) -> Any:
    file = (ROOT / "portal" / name).with_suffix(".py")
    spec = importlib.util.spec_from_file_location(f"light_{file.stem}", file)
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


server_presence = _load("observability/server_presence")
env_file = _load("settings/env_file")
