"""Progress bars of long commands: on a terminal only."""

import sys

import click


def bar(label, length):
    """Return a bar of a known or unknown length, advanced by update(number)."""
    return click.progressbar(
        length=length or 0,
        label=label,
        file=sys.stderr,
        show_pos=True,
        hidden=not sys.stderr.isatty(),
        update_min_steps=max(1, (length or 0) // 1000),
    )
