"""The two modules of the portal that need nothing of it, loaded without the rest."""

import importlib.util
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent.parent


class Refused(Exception):
    """The portal cannot start; the text says why, and what to do."""


def _load(name) -> Any:
    spec = importlib.util.spec_from_file_location(f"light_{name}", ROOT / "portal" / f"{name}.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


presence = _load("presence")
secrets_file = _load("secrets_file")
