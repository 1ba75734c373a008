"""Files that only their owner can read, as they have personal data, sessions or the journal in them."""

import os

MODE = 0o600


def private(path, flags):
    """Open a file that only its owner can read, if it is made now: what `open` takes as its opener."""
    return os.open(path, flags, MODE)
