"""The accounts of staff: who may create, change, close and end what, and that an administrator always remains."""

import pytest
from sqlalchemy import func, select

from portal import clock
from portal.accounts import staff
from portal.accounts.models import Account
from portal.accounts.staff import LastAdministrator, OwnAccount, PostMissing, RoleNotYours
from portal.database.transactions import session
from portal.journal.journal import Entry
from portal.sessions.models import SignIn
from portal.web.errors import NotFound
from portal.web.roles import SignedIn
from tests.doubled import let_both_look_first, send_twice
from tests.factories import PASSWORD, make_account, make_post, signed_in
from tests.mailbox import Mailbox, link_in
from tests.visitor import Visitor

LIST = "/en/staff/accounts/"
NEW = f"{LIST}new"
AMMAN = {"country": "JO", "city": "Amman", "timezone": "Asia/Amman", "languages": "ar en"}


@pytest.fixture
def admin(app):
    return make_account("administrator", email="admin@example.org")


@pytest.fixture
def supervisor(app):
    return make_account("supervisor", make_post(), email="supervisor@example.org")


@pytest.fixture
def desk(app):
    return make_account("desk", make_post(), email="desk@example.org")


@pytest.fixture
def elsewhere(app):
    return make_account("desk", make_post("AMM", **AMMAN), email="amman@example.org")


def who(account):
    """An account as a SignedIn."""
    return SignedIn(account.id, account.role, account.post_id, "0" * 64, factor_at=clock.now())


def actions(account):
    return session.scalars(
        select(Entry.action).where(Entry.subject == "account", Entry.subject_id == account.id).order_by(Entry.id)
    ).all()


def page_of(account):
    return f"{LIST}{account.id}"


def press(visitor, account, what):
    return visitor.submit(f"{page_of(account)}/{what}", page=visitor.open(page_of(account)))


def test_a_supervisor_makes_an_account_and_the_person_chooses_a_password_by_the_link_in_the_mail(
    app, visitor, supervisor
):
    page = signed_in(visitor, supervisor).submit(NEW, email="New@example.org", role="officer")
    (mail,) = Mailbox().deliver()
    person = Visitor(app)
    new = {"password": "eleven brass kettles", "password_again": "eleven brass kettles"}
    person.submit(link_in(mail), **new)

    assert "The account has been created." in page.text
    assert mail["To"] == "New@example.org"
    assert person.log_in("new@example.org", "eleven brass kettles").path == "/en/account/factor"
    made = session.scalar(select(Account).where(Account.email == "new@example.org"))
    assert (made.role, made.post_id, made.email_confirmed_at is not None) == ("officer", supervisor.post_id, True)
    assert actions(made)[0] == "staff created"


def test_before_the_link_was_used_nobody_can_log_in(visitor, supervisor):
    signed_in(visitor, supervisor).submit(NEW, email="new@example.org", role="desk")

    assert Visitor(visitor.client.app).log_in("new@example.org", PASSWORD).errors


def test_a_form_sent_twice_makes_one_account_and_one_mail_r12(visitor, supervisor):
    page = signed_in(visitor, supervisor).open(NEW)
    told = [visitor.submit(NEW, page=page, email="New@example.org", role="desk").h1 for _ in range(2)]

    assert told[0] == told[1] != page.h1
    assert session.scalar(select(func.count()).where(Account.email == "new@example.org")) == 1
    assert len(Mailbox().deliver()) == 1


def test_an_administrator_makes_accounts_at_any_post_and_other_administrators(visitor, admin, elsewhere):
    signed_in(visitor, admin)
    visitor.submit(NEW, email="one@example.org", role="guard", post="AMM")
    visitor.submit(NEW, email="two@example.org", role="administrator", post="")

    made = session.execute(select(Account.role, Account.post_id).order_by(Account.id.desc()).limit(2)).all()
    assert made == [("administrator", None), ("guard", elsewhere.post_id)]


def test_an_account_that_cannot_be_is_explained(visitor, admin, desk):
    signed_in(visitor, admin)
    for typed, says in (
        ({"email": "x"}, "This email address is not complete."),
        ({"email": "desk@example.org"}, "There is already an account with this email address"),
        ({"role": None}, "Choose a role."),
        ({"post": ""}, "Everyone except administrators belongs to a post."),
    ):
        page = visitor.submit(NEW, **{"email": "new@example.org", "role": "desk", "post": "PHP", **typed})
        assert says in page.errors[0]


def test_a_supervisor_makes_no_administrator_whatever_is_sent(visitor, supervisor, desk):
    page = signed_in(visitor, supervisor).submit(NEW, email="new@example.org", role="administrator")

    assert page.errors == ["Select an option from the list."]
    with pytest.raises(RoleNotYours):
        staff.change_role(who(supervisor), desk.id, "administrator", None, clock.now())


def test_a_supervisor_sees_the_staff_of_the_own_post_and_no_other_r5(visitor, supervisor, desk, elsewhere, admin):
    listed = signed_in(visitor, supervisor).open(LIST).text

    assert "desk@example.org" in listed
    assert "amman@example.org" not in listed
    assert "admin@example.org" not in listed
    for other in (elsewhere, admin, make_account()):
        visitor.open(page_of(other), status=404)
        for act in ("close", "open", "sessions", "role"):
            visitor.post(f"{page_of(other)}/{act}", status=404, role="desk")


def test_an_administrator_sees_all_staff_by_post_and_no_applicant(visitor, admin, desk, elsewhere):
    applicant = make_account(email="applicant@example.org")
    signed_in(visitor, admin)

    assert "amman@example.org" in visitor.open(LIST).text
    assert "applicant@example.org" not in visitor.open(LIST).text
    by_post = visitor.open(f"{LIST}?post=AMM").text
    assert "amman@example.org" in by_post
    assert "desk@example.org" not in by_post
    visitor.open(page_of(applicant), status=404)


def test_a_long_list_has_pages(visitor, admin, monkeypatch):
    monkeypatch.setattr(staff, "PAGE", 2)
    for name in "abc":
        make_account("desk", make_post(), email=f"{name}@example.org")
    signed_in(visitor, admin)

    first, second = visitor.open(LIST), visitor.open(f"{LIST}?page=2")
    assert "a@example.org" in first.text
    assert "c@example.org" not in first.text
    assert "c@example.org" in second.text


def test_a_new_role_ends_the_sessions_of_the_person_and_is_noted_r6(app, visitor, supervisor, desk):
    person = signed_in(Visitor(app), desk)
    page = signed_in(visitor, supervisor).submit(f"{page_of(desk)}/role", role="officer")

    assert "The role has been changed." in page.text
    assert person.open("/en/staff/").path == "/en/account/login"
    entry = session.scalar(select(Entry).where(Entry.action == "staff role changed"))
    assert (entry.before["role"], entry.after["role"], entry.post_id) == ("desk", "officer", supervisor.post_id)


def test_an_administrator_becomes_staff_of_a_post_and_back_again(app, admin):
    other = make_account("administrator")
    staff.change_role(who(admin), other.id, "officer", make_post(), clock.now())
    assert (other.role, other.post_id) == ("officer", make_post().id)

    staff.change_role(who(admin), other.id, "administrator", make_post(), clock.now())
    assert (other.role, other.post_id) == ("administrator", None)
    with pytest.raises(PostMissing):
        staff.change_role(who(admin), other.id, "desk", None, clock.now())


def test_the_same_role_again_ends_no_session(app, supervisor, desk):
    signed_in(Visitor(app), desk)

    assert staff.change_role(who(supervisor), desk.id, "desk", None, clock.now()) == []
    assert "staff role changed" not in actions(desk)


def test_a_closed_account_is_out_at_once_and_can_be_opened_again(app, visitor, supervisor, desk):
    person = signed_in(Visitor(app), desk)
    assert "The account is closed." in press(signed_in(visitor, supervisor), desk, "close").text
    assert person.open("/en/staff/").path == "/en/account/login"
    assert Visitor(app).log_in(desk.email, PASSWORD).errors

    press(visitor, desk, "open")
    assert Visitor(app).log_in(desk.email, PASSWORD).path == "/en/account/factor"
    assert {"staff account closed", "staff account opened"} <= set(actions(desk))


def test_ending_the_sessions_of_staff_leaves_the_account_as_it_is(app, visitor, supervisor, desk):
    person = signed_in(Visitor(app), desk)
    press(signed_in(visitor, supervisor), desk, "sessions")

    assert person.open("/en/staff/").path == "/en/account/login"
    assert Visitor(app).log_in(desk.email, PASSWORD).path == "/en/account/factor"
    assert "sessions ended" in actions(desk)


@pytest.mark.parametrize("name", ["dara@example.org", "1234567890"])
def test_an_administrator_ends_the_sessions_of_an_applicant_by_name(app, visitor, admin, name):
    applicant = make_account(email="dara@example.org", sign_in_number="1234567890")
    person = signed_in(Visitor(app), applicant)
    signed_in(visitor, admin)

    assert "No account has this" in visitor.submit(f"{LIST}sessions", name="nobody@example.org").errors[0]
    visitor.submit(f"{LIST}sessions", name=name)
    assert person.open("/en/dashboard").path == "/en/account/login"
    assert "sessions ended" in actions(applicant)


def test_nobody_changes_the_own_role_or_closes_the_own_account(visitor, admin):
    make_account("administrator")
    signed_in(visitor, admin)

    assert "You cannot change your own account." in visitor.open(page_of(admin)).text
    form = {"role": "desk", "post": make_post().code}
    assert "You cannot change your own account." in visitor.submit(f"{page_of(admin)}/role", **form).errors[0]
    assert "You cannot change your own account." in visitor.post(f"{page_of(admin)}/close", status=400).text


def test_the_last_administrator_is_neither_closed_nor_demoted(app, admin):
    """An administrator whose rights were removed a moment ago still acts with them."""
    gone = make_account("administrator", closed_at=clock.now())

    for act in (staff.close, lambda *given: staff.change_role(*given[:2], "desk", make_post(), given[2])):
        with pytest.raises(LastAdministrator):
            act(who(gone), admin.id, clock.now())
    with pytest.raises(OwnAccount):
        staff.close(who(admin), admin.id, clock.now())


def test_two_administrators_who_demote_each_other_at_the_same_instant_leave_one(app, admin, monkeypatch):
    other = make_account("administrator")
    post = make_post()
    let_both_look_first(monkeypatch, staff, "_note")
    pair = [signed_in(Visitor(app), admin), signed_in(Visitor(app), other)]
    tokens = [one.open(NEW).fields["csrf_token"] for one in pair]
    typed = [{"csrf_token": token, "role": "desk", "post": post.code} for token in tokens]
    answers = send_twice(app, pair, [f"{page_of(one)}/role" for one in (other, admin)], typed)

    assert sorted(answer.status_code for answer in answers) == [200, 303]
    session.expire_all()
    assert session.scalar(select(func.count()).where(Account.role == "administrator")) == 1


def test_every_change_of_staff_says_who_made_it_r6(app, supervisor, desk):
    staff.change_role(who(supervisor), desk.id, "officer", None, clock.now())
    staff.close(who(supervisor), desk.id, clock.now())
    staff.end_sessions(who(supervisor), desk.id, clock.now())

    entries = session.scalars(select(Entry).where(Entry.subject_id == desk.id).order_by(Entry.id)).all()[1:]
    assert {entry.actor for entry in entries} == {f"account:{supervisor.id}"}
    assert len(entries) == 3
    with pytest.raises(NotFound):
        staff.close(who(supervisor), make_account().id, clock.now())
    assert session.query(SignIn).count() == 0
