"""An application with a slow answer, which is asked to stop in the meantime."""

import time

from portal.web.rsgi import Server

SECONDS = 1.5
ANSWER = b"whole"


def answer(environ, start):
    """Answer at once at /healthz, elsewhere after a while."""
    if environ["PATH_INFO"] != "/healthz":
        time.sleep(SECONDS)
    start("200 OK", [("Content-Length", str(len(ANSWER)))])
    return [ANSWER]


app = Server(answer)
