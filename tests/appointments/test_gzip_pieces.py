"""Pages joined from cached fragments: the same page compressed and plain, and nothing secret is compressed (BREACH)."""

import gzip
import zlib

import pytest

from portal.appointments.calendar.gzip_pieces import Afresh, Piece, answer, takes_gzip

TOKEN = "0123456789abcdef" * 4


def answered(app, pieces, accepted):
    with app.test_request_context(headers={"Accept-Encoding": accepted}):
        return answer(pieces)


def body(response):
    return b"".join(response.response)


@pytest.fixture
def page():
    return [Piece("<p>ខ្មែរ " * 50), Afresh(TOKEN), Piece(f"between {TOKEN}"), Afresh(TOKEN), Piece("end" * 99)]


def test_a_packed_page_is_the_plain_page(app, page):
    packed, plain = (answered(app, page, accepted) for accepted in ("br, gzip", "identity"))

    whole = gzip.decompress(body(packed)).decode()
    assert packed.headers["Content-Encoding"] == "gzip" and "Content-Encoding" not in plain.headers
    assert whole == body(plain).decode() == "".join(one.plain.decode() for one in page)
    assert int(packed.headers["Content-Length"]) == len(body(packed)) < len(whole)


def test_what_is_secret_stands_uncompressed_and_refers_to_nothing(app, page):
    packed = body(answered(app, page, "gzip"))

    assert packed.count(TOKEN.encode()) >= 2, "a token was compressed"


def test_a_guess_in_the_page_does_not_make_it_shorter(page):
    lengths = {len(Afresh(token).packed) for token in (TOKEN, "f" * 64, "between " * 8)}

    assert len(lengths) == 1


def test_a_piece_stands_by_itself(page):
    for one in page:
        unpacking = zlib.decompressobj(-zlib.MAX_WBITS)
        assert unpacking.decompress(one.packed) == one.plain


@pytest.mark.parametrize(
    ("accepted", "takes"),
    [("gzip", True), ("br;q=1, gzip;q=0.5", True), ("", False), ("gzip;q=0", False), ("br", False), ("*", True)],
)
def test_only_a_browser_that_takes_gzip_gets_it(accepted, takes):
    assert takes_gzip(accepted) is takes
