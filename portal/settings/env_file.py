"""The file settings.env of an instance folder: `python portal/settings/env_file.py instance` adds what is missing.

This module imports nothing of the portal, so that it can run before anything else.
"""

import base64
import os
import secrets
import sys
from pathlib import Path

NAME = "settings.env"
KEY_BYTES = 32


def write_secrets(instance):
    """Write new random secrets and the demonstration switch to settings.env, for those the file does not have.

    Returns whether anything was written.
    """
    path = Path(instance) / NAME
    known = file_values(path)
    fresh = {
        "PORTAL_SECRET_KEY": secrets.token_urlsafe(48),
        "PORTAL_FIELD_KEYS": new_key(),
        "PORTAL_DIGEST_KEY": secrets.token_urlsafe(48),
        "PORTAL_SIGNING_KEYS": new_key(),
        "PORTAL_DEMONSTRATION": "1",
    }
    lines = [f"{name}={value}\n" for name, value in fresh.items() if name not in known]
    if not lines:
        return False
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.writelines(lines)
    return True


def new_key():
    """Return a new random key of 32 bytes in URL-safe base 64."""
    return base64.urlsafe_b64encode(secrets.token_bytes(KEY_BYTES)).decode()


def file_values(path):
    """Return the values of a settings.env by name, or an empty mapping if there is no such file."""
    if not path.is_file():
        return {}
    lines = (line.strip() for line in path.read_text(encoding="utf-8").splitlines())
    return dict(line.split("=", 1) for line in lines if "=" in line and not line.startswith("#"))


def change_value(path, name, value):
    """Set a setting of a settings.env to another value, atomically."""
    lines = path.read_text(encoding="utf-8").splitlines()
    changed = [f"{name}={value}" if line.strip().startswith(f"{name}=") else line for line in lines]
    aside = path.with_name(f".{NAME}.{os.getpid()}")
    descriptor = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write("\n".join(changed) + "\n")
        file.flush()
        os.fsync(file.fileno())
    owner = path.stat()
    if os.geteuid() == 0:
        os.chown(aside, owner.st_uid, owner.st_gid)
    os.replace(aside, path)


if __name__ == "__main__":
    target = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).resolve().parents[2] / "instance"
    print("Secrets written." if write_secrets(target) else "Secrets are there already.")
