"""Files that only their owner can read, because they contain personal data, sessions or the journal."""

import os

MODE = 0o600


def private(path, flags):
    """Create a file readable only by its owner: an opener for `open`."""
    return os.open(path, flags, MODE)
