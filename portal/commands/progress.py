"""How a long command shows how far it is: on a terminal only, beside what it says."""

import sys

import click


def bar(label, length):
    """Return a bar of a length, or of an unknown one, that update(number) moves on."""
    return click.progressbar(
        length=length or 0,
        label=label,
        file=sys.stderr,
        show_pos=True,
        hidden=not sys.stderr.isatty(),
        update_min_steps=max(1, (length or 0) // 1000),
    )
