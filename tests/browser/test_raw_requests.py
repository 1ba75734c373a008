"""The real server and malformed HTTP requests."""

from bench.raw import INVALID, send_invalid


def test_requests_that_are_no_http_are_refused_and_the_server_goes_on(server):
    report = send_invalid("SQLite", server.port)

    assert report.faults == [], report.line()
    assert report.statuses.total() == len(INVALID)
    assert "Traceback" not in server.log
