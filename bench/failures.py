"""Which answers failed the client: one function for every test and every measurement."""

NO_ANSWER = 0
BUSY = 409
BUSY_HEADER = "x-portal-busy"


def is_failure(status, headers):
    """Say whether an answer is a failure: none, a server error (5xx), or "busy: send it again".

    headers: names and values, as a case-insensitive mapping.
    """
    return status == NO_ANSWER or status >= 500 or (status == BUSY and BUSY_HEADER in headers)
