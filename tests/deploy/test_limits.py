"""Rate limits in a store of their own, while that store is away."""

from bench.client import ask, form_of_plain, get, post
from bench.servers import free_port
from tests.deploy.front import granian

ALLOWED = 10


def test_a_store_of_counts_that_is_away_costs_nobody_a_page_and_limits_still_hold_r13(environment, tmp_path):
    nowhere = f"redis://127.0.0.1:{free_port()}/0"
    settings = {**environment, "PORTAL_LIMITS_URL": nowhere, "PORTAL_LIMITS_FACTOR": "1", "PORTAL_SECURE_COOKIES": "0"}

    with granian(settings, tmp_path / "granian.log") as port:
        page = ask(port, [get("/en/status")])[0]
        cookie = page.raw.split(b"portal_session=")[1].split(b";")[0].decode()
        typed = {**form_of_plain(page.text), "post": "PHP", "case_number": "PHP2025600001"}
        form = post("/en/status", typed, f"portal_session={cookie}")
        answers = [ask(port, [form])[0].status for _ in range(ALLOWED + 2)]

    assert answers == [200] * ALLOWED + [429] * 2
