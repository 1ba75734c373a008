"""A process that writes as a job repeatedly, incrementing a counter.

`python -m tests.writing.busy_job URL [rude]`. Rude: it does not check whether a request waits.
"""

import sys
import time

import sqlalchemy as sa

from portal.database import engines, sqlite_write_lock

HOLD_SECONDS = 0.03


def main():
    """Increment the table `counted` until this process is killed."""
    if "rude" in sys.argv:
        sqlite_write_lock._Sign.is_raised = lambda _sign: False
    engine = engines.make_engine(sys.argv[1])
    print("ready", flush=True)
    while True:
        with engines.in_mode(engines.WRITE_AS_JOB), engine.begin() as connection:
            connection.execute(sa.text("UPDATE counted SET number = number + 1"))
            time.sleep(HOLD_SECONDS)


if __name__ == "__main__":
    main()
