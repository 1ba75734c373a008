"""An importer that is killed or stopped at a chosen point: a process that forks one for each line it reads.

`python -m tests.cases.dying`, with the portal's secrets in the environment. A line has the number of a signal, the
number of the point at which the importer sends it to itself, the database's address, the instance folder, and the
file. A point is a statement or the end of a transaction; for SIGSTOP, the end of a transaction. It prints the
importer's process id, and how it ended once it has.
"""

import os
import signal
import sys
from datetime import timedelta
from itertools import count
from pathlib import Path

from sqlalchemy import event

from portal import create_app
from portal.cases.importing import leases, transaction_size
from portal.cases.importing.operations import import_file
from portal.commands import progress
from portal.database.engines import make_engine
from portal.database.transactions import reading_by_default, session
from portal.journal import journal
from portal.settings.settings import settings_from
from portal.web.errors import PortalError

CASES_AT_ONCE = 2
LEASE = timedelta(seconds=1)


def serve():
    """Fork an importer for each line of standard input."""
    app = create_app(settings_from(os.environ))
    transaction_size.FIRST_SIZE = transaction_size.LEAST_SIZE = transaction_size.MOST_SIZE = CASES_AT_ONCE
    leases.LENGTH = LEASE
    print("ready", flush=True)
    for line in sys.stdin:
        number, point, url, instance, path = line.split()
        child = os.fork()
        if not child:
            settings = settings_from({**os.environ, "PORTAL_DATABASE_URL": url, "PORTAL_INSTANCE": instance})
            app.extensions.update(settings=settings, engine=make_engine(url))
            os._exit(_bring_in(app, int(number), int(point), Path(path)))
        print(child, flush=True)
        ended = os.waitpid(child, 0)[1]
        print(os.waitstatus_to_exitcode(ended), flush=True)


def _bring_in(app, number, point, path):
    """Import a file; return 0, or 3 if it was refused, and print why."""
    points = count(1)

    def pass_by(*_told):
        if next(points) == point:
            os.kill(os.getpid(), number)

    with app.app_context(), reading_by_default():
        if number != signal.SIGSTOP:  # which would keep the locks of a transaction
            event.listen(app.extensions["engine"], "before_cursor_execute", pass_by)
            event.listen(app.extensions["engine"], "commit", pass_by)
        event.listen(session, "after_commit", pass_by)
        try:
            import_file(path, journal.COMMAND, progress.bar)
        except PortalError as refusal:
            print(type(refusal).__name__, flush=True)
            return 3
    return 0


if __name__ == "__main__":
    serve()
