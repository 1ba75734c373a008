"""Which answers failed the person who asked: one function for every test and every measurement."""

NO_ANSWER = 0
BUSY = 409
BUSY_HEADER = "x-portal-busy"


def is_failure(status, headers):
    """Say whether an answer is a failure: none came, an error of the server's (5xx), or "busy: send it again".

    headers: its names and values, as a mapping that knows no case.
    """
    return status == NO_ANSWER or status >= 500 or (status == BUSY and BUSY_HEADER in headers)
