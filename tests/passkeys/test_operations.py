"""Rules for passkeys: a valid response is accepted once, from one browser, for one purpose."""

import json
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from portal import clock
from portal.accounts.models import Account
from portal.accounts.operations import WrongPassword
from portal.database.transactions import session
from portal.journal.journal import Entry
from portal.mail.models import Message
from portal.passkeys import operations
from portal.passkeys.ceremonies import PasskeyUnfit, Site, read_log_in, read_new, site_of
from portal.passkeys.models import Challenge
from portal.passkeys.operations import AlreadyAdded, ChallengeSpent, TooManyPasskeys
from portal.sessions.models import SignIn
from portal.sessions.operations import APPLICANT, begin
from portal.web.errors import NotFound
from portal.web.roles import SignedIn
from tests.factories import PASSWORD, make_account, make_post
from tests.passkeys.authenticator import HOST, ORIGIN, PRESENT, VERIFIED, Authenticator, coded

BROWSER, OTHER_BROWSER = "b" * 64, "c" * 64
SITE = Site(ORIGIN, HOST)
_made = iter(range(10_000))


@pytest.fixture
def owner(app):
    """A signed-in person."""
    return who(make_account(), "e" * 64)


@pytest.fixture
def device():
    return Authenticator()


def who(account, digest):
    """An account as a SignedIn, with a session of this digest."""
    begin(account.id, digest, APPLICANT, clock.now())
    session.commit()
    return SignedIn(account.id, account.role, account.post_id, digest)


def ask_to_add(who, name="My telephone", now=None):
    return operations.ask_to_add(who, PASSWORD, name, BROWSER, SITE, now or clock.now())


def add(who, device, name="My telephone"):
    made = operations.add(who, device.make(ask_to_add(who, name)), BROWSER, SITE, clock.now())
    session.commit()
    return made


def ask_to_log_in():
    return operations.ask_to_log_in(BROWSER, SITE, clock.now())


def log_in(answer, browser=BROWSER, site=SITE, now=None):
    """Log in, and commit whatever the result, as the page does."""
    try:
        return operations.log_in(answer, browser, f"{next(_made):064}", False, site, now or clock.now())
    finally:
        session.commit()


def actions():
    return session.scalars(select(Entry.action).where(Entry.subject == "passkey").order_by(Entry.id)).all()


def test_a_passkey_that_was_added_logs_its_owner_in(owner, device):
    passkey = add(owner, device)

    assert log_in(device.use(ask_to_log_in())).id == owner.account_id
    session.refresh(passkey)
    assert (passkey.name, passkey.sign_count, passkey.used_at is not None) == ("My telephone", 1, True)
    assert session.query(SignIn).filter_by(account_id=owner.account_id).count() == 2


def test_adding_and_using_and_removing_are_in_the_journal_and_the_owner_is_written_to_r6(owner, device):
    passkey = add(owner, device)
    log_in(device.use(ask_to_log_in()))
    operations.remove(owner, passkey.public_id, PASSWORD, clock.now())

    assert actions() == ["passkey added", "passkey used", "passkey removed"]
    assert session.scalars(select(Message.kind)).all() == ["passkey_added", "passkey_removed"]
    assert "telephone" not in str(session.execute(select(Entry.before, Entry.after)).all())


def test_an_answer_is_taken_once_only(owner, device):
    add(owner, device)
    answer = device.use(ask_to_log_in())
    log_in(answer)

    with pytest.raises(ChallengeSpent):
        log_in(answer)


def test_a_refused_answer_spends_its_challenge_too(owner, device):
    add(owner, device)
    asked = ask_to_log_in()
    with pytest.raises(PasskeyUnfit):
        log_in(changed(Authenticator(), {"user_handle": device.user_handle}).use(asked))

    with pytest.raises(ChallengeSpent):
        log_in(device.use(asked))


def test_a_challenge_ends_after_five_minutes(owner, device):
    add(owner, device)
    answer, asked_at = device.use(ask_to_log_in()), clock.now()

    with pytest.raises(ChallengeSpent):
        log_in(answer, now=asked_at + timedelta(minutes=5))
    log_in(device.use(ask_to_log_in()), now=clock.now() + timedelta(minutes=4))


def test_a_challenge_is_good_in_the_browser_that_asked_for_it_and_in_no_other(owner, device):
    add(owner, device)

    with pytest.raises(ChallengeSpent):
        log_in(device.use(ask_to_log_in()), browser=OTHER_BROWSER)


def test_a_challenge_for_adding_does_not_log_in_and_the_other_way_round(owner, device):
    add(owner, device)
    asked = ask_to_add(owner)

    with pytest.raises(ChallengeSpent):
        log_in(device.use(asked))
    with pytest.raises(ChallengeSpent):
        operations.add(owner, Authenticator().make(_as_if_to_add(ask_to_log_in())), BROWSER, SITE, clock.now())


def test_what_one_account_was_asked_to_add_another_cannot(owner, device):
    other = make_account()
    answer = device.make(ask_to_add(owner))

    with pytest.raises(PasskeyUnfit):
        operations.add(who(other, "f" * 64), answer, BROWSER, SITE, clock.now())


@pytest.mark.parametrize(
    "wrong",
    [
        {"origin": "http://localhost:9000"},
        {"origin": "https://portal.example.net"},
        {"host": "portal.example.net"},
        {"flags": PRESENT},
        {"flags": VERIFIED},
    ],
)
def test_a_passkey_of_another_site_or_without_a_verified_person_is_neither_added_nor_used(owner, device, wrong):
    with pytest.raises(PasskeyUnfit):
        operations.add(owner, changed(Authenticator(), wrong).make(ask_to_add(owner)), BROWSER, SITE, clock.now())
    add(owner, device)

    with pytest.raises(PasskeyUnfit):
        log_in(changed(device, wrong).use(ask_to_log_in()))
    assert session.scalars(select(SignIn.number_digest)).all() == [owner.session_digest]


@pytest.mark.parametrize("wrong", [{"user_handle": b"somebody else"}, {"key": Authenticator().key}])
def test_a_passkey_that_names_somebody_else_or_signs_with_another_key_is_refused(owner, device, wrong):
    add(owner, device)

    with pytest.raises(PasskeyUnfit):
        log_in(changed(device, wrong).use(ask_to_log_in()))


def test_a_copy_is_found_by_the_count_that_does_not_advance_and_noted(owner, device):
    add(owner, device)
    log_in(device.use(ask_to_log_in()))
    device.count -= 1

    with pytest.raises(PasskeyUnfit):
        log_in(device.use(ask_to_log_in()))
    assert actions()[-1] == "passkey refused"


def test_a_passkey_that_does_not_count_can_be_used_again_and_again(owner, device):
    add(owner, device)
    for _ in range(2):
        device.count = -1
        assert log_in(device.use(ask_to_log_in())).id == owner.account_id


def test_a_removed_passkey_and_one_of_a_closed_account_open_nothing(owner, device):
    passkey, second = add(owner, device), Authenticator()
    add(owner, second)
    operations.remove(owner, passkey.public_id, PASSWORD, clock.now())
    session.commit()
    with pytest.raises(PasskeyUnfit):
        log_in(device.use(ask_to_log_in()))
    closed(owner)

    with pytest.raises(PasskeyUnfit):
        log_in(second.use(ask_to_log_in()))


def test_adding_and_removing_need_the_password(owner, device):
    passkey = add(owner, device)

    with pytest.raises(WrongPassword):
        operations.ask_to_add(owner, "not it", "x", BROWSER, SITE, clock.now())
    with pytest.raises(WrongPassword):
        operations.remove(owner, passkey.public_id, "not it", clock.now())


def test_removing_a_passkey_ends_the_other_sessions(owner, device):
    passkey = add(owner, device)
    log_in(device.use(ask_to_log_in()))
    operations.remove(owner, passkey.public_id, PASSWORD, clock.now())

    assert session.scalars(select(SignIn.number_digest)).all() == [owner.session_digest]


def test_somebody_elses_passkey_does_not_exist_r5(owner, device):
    passkey, other = add(owner, device), make_account()

    with pytest.raises(NotFound):
        operations.remove(who(other, "f" * 64), passkey.public_id, PASSWORD, clock.now())


def test_the_same_passkey_is_not_added_twice_and_an_account_has_so_many_at_most(owner, device, monkeypatch):
    monkeypatch.setattr(operations, "MOST", 2)
    add(owner, device)
    with pytest.raises(AlreadyAdded):
        add(owner, device)
    add(owner, Authenticator())

    with pytest.raises(TooManyPasskeys):
        ask_to_add(owner)


def test_a_device_is_told_a_random_handle_the_same_for_all_passkeys_of_an_account(owner, device):
    add(owner, device)
    first = json.loads(ask_to_add(owner))
    stranger = make_account()
    other = json.loads(ask_to_add(who(stranger, "f" * 64)))

    assert first["user"]["id"] == coded(device.user_handle) != other["user"]["id"]
    assert len(device.user_handle) == 32
    assert [one["id"] for one in first["excludeCredentials"]] == [coded(device.credential_id)]
    assert first["authenticatorSelection"]["userVerification"] == "required"
    assert first["authenticatorSelection"]["residentKey"] == "required"


def test_challenges_that_nobody_answered_do_not_pile_up(app):
    long_ago = clock.now() - timedelta(hours=1)
    for _ in range(3):
        operations.ask_to_log_in(BROWSER, SITE, long_ago)
    ask_to_log_in()

    assert session.query(Challenge).count() == 1


def test_a_member_of_staff_is_named_with_the_post_in_the_journal(app, device):
    account = make_account("desk", make_post())
    add(who(account, "e" * 64), device)

    assert session.scalars(select(Entry.post_id).where(Entry.subject == "passkey")).all() == [account.post_id]


@pytest.mark.parametrize(
    ("address", "origin", "host", "has_name"),
    [
        ("http://localhost:8000", "http://localhost:8000", "localhost", True),
        ("https://portal.example.org:443", "https://portal.example.org", "portal.example.org", True),
        ("http://127.0.0.1:8000", "http://127.0.0.1:8000", "127.0.0.1", False),
    ],
)
def test_passkeys_are_good_at_the_public_address_if_it_is_a_name(address, origin, host, has_name):
    site = site_of(address)

    assert (site.origin, site.host, site.has_name) == (origin, host, has_name)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20) | st.binary(max_size=40).map(coded),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)
PARTS = ("clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle")
ANSWERS = st.fixed_dictionaries(
    {"id": JSON, "rawId": JSON, "type": st.just("public-key") | JSON},
    optional={"response": st.fixed_dictionaries({}, optional=dict.fromkeys(PARTS, JSON)) | JSON},
)


@settings(max_examples=60, deadline=None)
@given(st.one_of(ANSWERS.map(json.dumps), st.text(max_size=60), st.just("[" * 19_000)))
def test_whatever_a_stranger_sends_it_is_an_unfit_answer_and_never_a_defect(text):
    for read in (read_new, read_log_in):
        with pytest.raises(PasskeyUnfit):
            read(text)


def _as_if_to_add(options):
    return json.dumps({**json.loads(options), "user": {"id": coded(b"h" * 32)}})


def changed(device, values):
    """A device that claims other values."""
    for name, value in values.items():
        setattr(device, name, value)
    return device


def closed(who):
    """Close an account."""
    session.get_one(Account, who.account_id).closed_at = clock.now()
    session.commit()
