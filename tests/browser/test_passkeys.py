"""Passkeys in a real browser, with a virtual authenticator."""

import pytest

from tests.browser.people import new_email
from tests.factories import PASSWORD

DEVICE = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}
PHONE = {"width": 320, "height": 640}
LIST = "/en/account/passkeys"
# The work of the log-in page's script, at any address.
ANSWER = """async asked => {
  const bytes = text => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), one => one.charCodeAt(0));
  const text = data => btoa(String.fromCharCode(...new Uint8Array(data)))
    .replace(/\\+/g, "-").replace(/\\//g, "_").replace(/=+$/, "");
  const used = await navigator.credentials.get({ publicKey: { ...asked, challenge: bytes(asked.challenge) } });
  const response = {};
  for (const part of ["clientDataJSON", "authenticatorData", "signature", "userHandle"]) {
    response[part] = text(used.response[part]);
  }
  return JSON.stringify({ id: used.id, rawId: text(used.rawId), type: used.type, response });
}"""
ASK = """() => {
  const { dataset, elements } = document.getElementById("passkey");
  const body = new URLSearchParams({ csrf_token: elements.csrf_token.value });
  return fetch(dataset.options, { method: "POST", body }).then(response => response.json());
}"""
SEND = """answer => {
  const form = document.getElementById("passkey");
  form.elements.answer.value = answer;
  form.submit();
}"""


@pytest.fixture
def page(browser, server):
    """A phone that supports passkeys, at the portal's own host name."""
    context = browser.new_context(base_url=server.named_url, viewport=PHONE)
    opened = context.new_page()
    devices = context.new_cdp_session(opened)
    devices.send("WebAuthn.enable")
    opened.device = devices.send("WebAuthn.addVirtualAuthenticator", {"options": DEVICE})["authenticatorId"]
    opened.devices = devices
    yield opened
    context.close()


def sign_up(page):
    """Create an account in the browser."""
    page.goto("/en/account/create")
    page.get_by_label("Email address", exact=True).fill(new_email())
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_label("Confirm password").fill(PASSWORD)
    page.get_by_label("I have read this and agree").check()
    page.get_by_role("button", name="Create an account").click()


def add_passkey(page, name="My telephone"):
    """Add a passkey, from My account on."""
    page.goto("/en/account")
    page.get_by_role("link", name="Passkeys").click()
    page.get_by_role("link", name="Add a passkey").click()
    page.get_by_label("Name of the passkey").fill(name)
    page.get_by_label("Current password").fill(PASSWORD)
    page.get_by_role("main").get_by_role("button", name="Continue").click()
    page.get_by_role("button", name="Create the passkey").click()
    page.get_by_text("The passkey has been added.").wait_for()


def log_out(page):
    page.goto("/en/account/logout")
    page.get_by_role("main").get_by_role("button", name="Log out").click()
    page.wait_for_url("**/en/?said=logged_out")


def use_passkey(page):
    page.goto("/en/account/login")
    page.get_by_role("button", name="Log in with a passkey").click()


def heading(page, text):
    page.get_by_role("heading", level=1, name=text).wait_for()


def test_a_person_adds_a_passkey_logs_out_and_logs_in_with_it(page):
    sign_up(page)
    add_passkey(page)
    log_out(page)
    use_passkey(page)
    heading(page, "Dashboard")

    page.goto(LIST)
    assert page.get_by_role("heading", name="My telephone").is_visible()
    assert not page.get_by_text("Not yet").is_visible()


def test_a_person_lands_where_they_wanted_to_go_and_a_shared_device_is_kept_short(page, server):
    sign_up(page)
    add_passkey(page)
    log_out(page)
    page.goto("/en/account/email")
    page.get_by_label("This is a shared device").check()
    page.get_by_role("button", name="Log in with a passkey").click()

    heading(page, "Change your email address")
    session = next(one for one in page.context.cookies() if one["name"] == "portal_session")
    assert session["expires"] == -1


def test_an_answer_that_was_used_is_refused_the_second_time(page):
    sign_up(page)
    add_passkey(page)
    log_out(page)
    page.goto("/en/account/login")
    answer = page.evaluate(ANSWER, page.evaluate(ASK))
    page.evaluate(SEND, answer)
    heading(page, "Dashboard")
    log_out(page)
    page.goto("/en/account/login")
    page.evaluate(SEND, answer)

    heading(page, "The passkey did not work")


def test_a_removed_passkey_opens_nothing(page):
    sign_up(page)
    add_passkey(page)
    page.goto(LIST)
    page.get_by_role("link", name="Remove My telephone").click()
    page.get_by_label("Current password").fill("not the password")
    page.get_by_role("main").get_by_role("button", name="Remove").click()
    page.get_by_label("Current password").fill(PASSWORD)
    page.get_by_role("main").get_by_role("button", name="Remove").click()
    page.get_by_text("The passkey has been removed").wait_for()
    log_out(page)
    use_passkey(page)

    heading(page, "The passkey did not work")


def test_an_answer_that_was_given_to_another_site_is_refused(page):
    sign_up(page)
    add_passkey(page)
    log_out(page)
    page.goto("/en/account/login")
    asked = page.evaluate(ASK)
    thief = "http://localhost:1/"
    page.route(thief, lambda route: route.fulfill(body="<!doctype html>", content_type="text/html"))
    page.goto(thief)
    answer = page.evaluate(ANSWER, asked)
    page.goto("/en/account/login")
    page.evaluate(SEND, answer)

    heading(page, "The passkey did not work")


def test_who_is_not_verified_by_the_device_stays_where_they_are_and_reads_why(page):
    sign_up(page)
    add_passkey(page)
    log_out(page)
    page.devices.send("WebAuthn.setUserVerified", {"authenticatorId": page.device, "isUserVerified": False})
    use_passkey(page)

    page.get_by_text("No passkey was used. Try again, or log in with your password.").wait_for()


def test_a_device_that_holds_a_passkey_of_the_account_makes_no_second_one(page):
    sign_up(page)
    add_passkey(page)
    page.goto(f"{LIST}/new")
    page.get_by_label("Name of the passkey").fill("Again")
    page.get_by_label("Current password").fill(PASSWORD)
    page.get_by_role("main").get_by_role("button", name="Continue").click()
    page.get_by_role("button", name="Create the passkey").click()

    page.get_by_text("This device already has a passkey for your account.").wait_for()


def test_at_a_number_in_place_of_the_name_there_is_no_button_and_the_page_says_where_it_works(browser, server):
    context = browser.new_context(base_url=server.url, viewport=PHONE)
    page = context.new_page()
    page.goto("/en/account/login")
    assert page.get_by_role("button", name="Log in", exact=True).is_visible()
    assert not page.get_by_role("button", name="Log in with a passkey").is_visible()
    sign_up(page)
    page.goto(LIST)

    assert page.get_by_role("link", name=server.named_url).is_visible()
    context.close()


def test_without_scripts_the_log_in_page_is_as_it_was(browser, server):
    context = browser.new_context(base_url=server.named_url, java_script_enabled=False)
    page = context.new_page()
    page.goto("/en/account/login")

    assert not page.get_by_role("button", name="Log in with a passkey").is_visible()
    context.close()
