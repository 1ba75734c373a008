"""The portal behind nginx, as deploy/nginx configures it: what is public, and what is not."""

import gzip
import html
import socket
import ssl
import time

import pytest

from portal.i18n.locale import LANGUAGES, in_language
from portal.settings.settings import ROOT
from portal.web import security_headers
from portal.web.errors import TITLES
from tests.deploy.front import NAME, granian, nginx
from tests.deploy.observatory import Seen, grade

STYLESHEET = "/static/css/portal.css"
PUBLIC_PAGES = ("/en/", "/km/status", "/ar/account/login", "/es/account/create", STYLESHEET, "/en/nothing-is-here")


@pytest.fixture(scope="module")
def front(environment, tmp_path_factory):
    """A running nginx in front of a running portal."""
    folder = tmp_path_factory.mktemp("nginx")
    with granian(environment, folder / "granian.log") as port, nginx(folder, port) as running:
        yield running


@pytest.fixture(scope="module")
def alone(tmp_path_factory):
    """A running nginx without a portal."""
    folder = tmp_path_factory.mktemp("alone")
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    with nginx(folder, port) as running:
        yield running


def test_every_kind_of_answer_is_graded_a_plus(front):
    led_to = front.ask_plainly("/en/")[1]["location"]
    for path in PUBLIC_PAGES:
        _status, found, cookies, body = front.ask(path)
        letter, score, given = grade(Seen(found, cookies, body.decode(), NAME, led_to))
        assert (letter, score >= 125) == ("A+", True), (path, given)


def test_the_grades_are_not_given_away():
    assert grade(Seen({}, ("sess=1",), "<script src='http://a.example/x'>", NAME, None))[0] == "F"
    assert grade(Seen({"content-security-policy": "default-src *"}, (), "", NAME, f"https://{NAME}/"))[0] == "D"


def test_the_way_is_by_https_only_with_cookies_that_know_it(front):
    status, found, _cookies, _body = front.ask_plainly("/km/status?said=created")
    assert (status, found["location"]) == (301, f"https://{NAME}/km/status?said=created")

    for path in ("/calendar/secret.ics", "/verification-keys.json", "/healthz", "/metrics"):
        assert front.ask_plainly(path)[0] == 404

    _status, _found, cookies, _body = front.ask("/en/account/login")
    session = next(cookie for cookie in cookies if cookie.startswith("__Host-portal_session="))
    assert all(flag in session for flag in ("Secure", "HttpOnly", "Path=/", "SameSite=Lax"))


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_tls_1_2_and_1_3_are_spoken_with_ciphers_of_today(front, version):
    context = front.trusting()
    context.minimum_version = context.maximum_version = version
    with front.dial(context) as line:
        assert "GCM" in line.cipher()[0] or "CHACHA20" in line.cipher()[0]


def test_tls_before_1_2_is_not_spoken(front):
    context = front.trusting()
    context.set_ciphers("DEFAULT@SECLEVEL=0")
    with pytest.deprecated_call():
        context.minimum_version = context.maximum_version = ssl.TLSVersion.TLSv1_1
    with pytest.raises((ssl.SSLError, ConnectionError)):
        front.dial(context)


def test_a_name_that_is_not_ours_is_not_answered(front):
    with pytest.raises(ssl.SSLError):
        front.dial(front.trusting(), "other.example.org")


def test_static_files_come_from_nginx_compressed_in_advance_and_kept_for_a_year(front):
    status, found, _cookies, body = front.ask(STYLESHEET, **{"Accept-Encoding": "gzip"})

    assert (status, found["content-encoding"], found["cache-control"]) == (
        200,
        "gzip",
        "public, max-age=31536000, immutable",
    )
    assert gzip.decompress(body) == (ROOT / "static" / "css" / "portal.css").read_bytes()


def test_what_nginx_serves_says_what_the_portal_says(front, alone):
    expected = dict(security_headers.UNDER_TLS)
    for found in (front.ask(STYLESHEET)[1], alone.ask("/en/")[1]):
        assert {name: found.get(name) for name in expected} == expected


def test_machines_questions_are_not_answered_to_the_public(front):
    assert front.ask("/metrics")[0] == front.ask("/readyz")[0] == 404
    assert front.ask_plainly("/readyz", front.internal_port)[3] == b"ready\n"
    assert front.ask_plainly("/en/", front.internal_port)[0] == 404


def test_no_version_is_told(front):
    for path in ("/en/", STYLESHEET, "/metrics"):
        assert front.ask(path)[1].get("server", "nginx") == "nginx"
    assert front.ask_plainly("/")[1]["server"] == "nginx"


def test_nobody_can_pretend_to_be_at_another_address_or_host_r13(front):
    pretended = {"X-Forwarded-For": "203.0.113.9", "X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "http"}

    status, found, _cookies, _body = front.ask("/en/dashboard", **pretended)

    assert status == 303
    assert "evil.example" not in found["location"]
    assert "strict-transport-security" in found


def test_five_hundred_slow_senders_keep_nobody_waiting(front):
    trusting = front.trusting()
    lines = [front.dial(trusting, address=f"127.0.0.{number % 10 + 2}") for number in range(500)]
    for line in lines:
        line.sendall(f"POST /en/status HTTP/1.1\r\nHost: {NAME}\r\nContent-Length: 100\r\n\r\nslow".encode())
    began = time.monotonic()
    assert front.ask("/en/status")[0] == 200
    assert time.monotonic() - began < 2
    for line in lines:
        line.close()


def test_what_is_too_large_gets_a_plain_page_in_the_readers_language(front):
    for size in (280_000, 400_000):  # the portal's own page, and nginx's
        status, _found, _cookies, body = front.ask("/km/status", "POST", body=b"a" * size)
        assert status == 413
        assert b'<html lang="km"' in body, size


def test_a_case_file_may_be_larger(front):
    status, found, _cookies, _body = front.ask("/en/staff/cases/import/", "POST", body=b"a" * 400_000)

    assert (status, "/account/login" in found.get("location", "")) == (303, True)


def test_whatever_is_handed_to_the_portal_is_limited_by_connections_and_requests():
    text = (ROOT / "deploy" / "nginx" / "portal.conf").read_text()
    locations = [one for one in text.split("    location ")[1:] if "proxy_pass" in one.partition("\n    }")[0]]

    assert len(locations) == 3
    assert all("limit_conn portal_connections" in one and "limit_req zone=portal_requests" in one for one in locations)


def test_who_sends_a_case_file_while_the_portal_is_away_is_told_so(alone):
    status, _found, _cookies, body = alone.ask("/km/staff/cases/import/", "POST", body=b"a" * 400_000)

    assert (status, b'<html lang="km"' in body) == (503, True)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_while_the_portal_is_away_a_plain_page_says_so_in_the_readers_language(alone, language, method):
    status, found, _cookies, body = alone.ask(f"/{language}/status", method, body=b"a=b" if method == "POST" else None)

    with in_language(language):
        title = str(TITLES[503])
    assert (status, found["retry-after"], found["cache-control"]) == (503, "30", "no-store")
    assert f"<h1>{title}</h1>" in html.unescape(body.decode())


def test_without_a_language_in_the_address_the_cookie_and_then_the_browser_decide(alone):
    asked = ({"Cookie": "language=km"}, {"Accept-Language": "vi,en;q=0.5"}, {"Accept-Language": "de"}, {})
    found = [alone.ask("/", **headers)[3].decode().split('lang="')[1][:2] for headers in asked]

    assert found == ["km", "vi", "en", "en"]


def test_a_head_that_is_too_long_gets_a_plain_page(front):
    status, _found, _cookies, body = front.ask("/km/", **{"X-Y": "x" * 40_000})

    assert (status, b"<h1>" in body) == (400, True)
