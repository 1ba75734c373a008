"""The keys of an account, each created and tried through the pages: does it open the account?"""

import html
import re

from sqlalchemy import select, update

from portal.accounts import recovery
from portal.accounts.models import Account, SecondFactor
from portal.database.transactions import session
from portal.passkeys.models import Passkey
from tests.factories import make_account, signed_in
from tests.keys.owner import CREATE, EMAIL, FORGOTTEN, NEWER, RECOVER, Owner, Staff, Unconfirmed, WithoutAddress
from tests.passkeys.authenticator import Authenticator
from tests.visitor import Page, Visitor, code_now

LIST = "/en/account/passkeys"
PRINTED = re.compile(r"[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}")


def this_session(owner):
    return lambda: owner.here


def other_session(owner):
    there = signed_in(Visitor(owner.app), owner.account)
    return lambda: there


def password(owner):
    before = owner.password
    return lambda: owner.log_in(before)


def form_of_account(owner):
    def try_it():
        visitor = Visitor(owner.app)
        visitor.client.post(CREATE, data=owner.form.fields | {"csrf_token": visitor.open(CREATE).fields["csrf_token"]})
        return visitor

    return try_it


def reset_link(owner):
    Visitor(owner.app).submit(FORGOTTEN, name=owner.address)
    (link,) = owner.links("reset")
    return lambda: by_reset(owner, link)


def reset_asked(owner):
    owner.links("reset")
    Visitor(owner.app).submit(FORGOTTEN, name=owner.address)

    def try_it():
        links = owner.links("reset")
        return by_reset(owner, *links) if links else None

    return try_it


def by_reset(owner, link):
    """Follow a link for a new password, and log in with that."""
    typed = {"password": NEWER, "password_again": NEWER}
    return owner.log_in(NEWER) if follow(owner, link, **typed) == "Log in" else None


def follow(owner, link, **typed):
    """Follow a link of an email in a new browser, and send its form; return the resulting heading."""
    page = Page(Visitor(owner.app).client.get(link, follow_redirects=True))
    return page.h1 if page.h1 == "This link does not work" else Visitor(owner.app).submit(link, **typed).h1


def confirm_link(owner):
    owner.links("confirm")
    owner.here.submit("/en/account/confirm", page=owner.here.open("/en/account"))
    (link,) = owner.links("confirm")
    return lambda: owner.log_in(owner.password) if follow(owner, link) != "This link does not work" else None


def change_link(owner):
    address = f"other-{owner.account.id}@example.org"
    owner.here.submit(EMAIL, email=address, current=owner.password)
    (link,) = owner.links("confirm", to=address)

    def try_it():
        follow(owner, link)
        changed = session.scalar(select(Account.id).where(Account.email == address)) == owner.account.id
        return owner.log_in(owner.password) if changed else None

    return try_it


def printed_codes(owner):
    owner.codes = PRINTED.findall(owner.here.submit("/en/account/recovery-codes", current=owner.password).text)
    return lambda: by_code(owner, owner.codes[-1])


def desk_code(owner):
    owner.codes = [given_at_desk(owner)]
    return lambda: by_code(owner, owner.codes[0])


def given_at_desk(owner):
    """Let the desk give a code; return it as printed."""
    desk = signed_in(Visitor(owner.app), make_account("desk", owner.case.post))
    return PRINTED.search(desk.submit(f"/en/staff/cases/{owner.case.public_id}/recovery", seen="y").text)[0]


def by_code(owner, code):
    """Choose a new password by a recovery code, and log in with that."""
    typed = {"password": NEWER, "password_again": NEWER}
    pages = [Visitor(owner.app).submit(RECOVER, name=name, code=code, **typed) for name in owner.names()[-1:]]
    return owner.log_in(NEWER) if any(page.h1 == "Log in" for page in pages) else None


def passkey(owner):
    device = Authenticator()
    made(owner.here, device, *asked(owner.here, owner.password))
    return lambda: by_passkey(owner, device)


def half_made_passkey(owner):
    device, there = Authenticator(), signed_in(Visitor(owner.app), owner.account)
    page = asked(there, owner.password)

    def try_it():
        made(there, device, *page)
        known = session.scalar(select(Passkey.id).where(Passkey.credential_id == device.credential_id))
        return by_passkey(owner, device) if known else None

    return try_it


def asked(visitor, current):
    """Ask to add a passkey; return the page and the device's options."""
    page = visitor.submit(f"{LIST}/new", name="Telephone", current=current)
    return page, html.unescape(re.search(r'data-asked="([^"]+)"', page.html)[1])


def made(visitor, device, page, question):
    """Send a device's response."""
    typed = page.fields | {"answer": device.make(question)}
    visitor.client.post(f"{LIST}/made", data=typed, follow_redirects=True)


def by_passkey(owner, device):
    """Log in with a passkey in a new browser."""
    visitor = Visitor(owner.app)
    token = visitor.open("/en/account/login").fields["csrf_token"]
    question = visitor.post(f"{LIST}/log-in/options", status=200, csrf_token=token).text
    token = visitor.open("/en/account/login").fields["csrf_token"]
    visitor.post(f"{LIST}/log-in", csrf_token=token, answer=device.use(question))
    return visitor


def app_code(owner):
    secret = owner.secret

    def try_it():
        session.execute(update(SecondFactor).where(SecondFactor.secret == secret).values(last_step=0))
        session.commit()
        return owner.log_in(owner.password, code_now(secret))

    return try_it


def app_recovery_code(owner):
    code = recovery.new_codes(owner.account.id, recovery.FACTOR)[0]
    session.commit()
    return lambda: owner.log_in(owner.password, code)


def calendar_address(owner):
    page = owner.here.submit("/en/account/calendar")
    path = re.search(r"https?://[^/]+(/calendar/[^\"]+\.ics)", page.html)[1]

    def try_it():
        answer = Visitor(owner.app).client.get(path)
        return answer.status_code == 200 and "VEVENT" in answer.text

    return try_it


# As the table names them: how each is created, and for which accounts.
KEYS = {
    "the browser in which it was done": (this_session, (Owner, WithoutAddress, Unconfirmed, Staff)),
    "another browser that is signed in": (other_session, (Owner, WithoutAddress, Unconfirmed, Staff)),
    "the password from before": (password, (Owner, WithoutAddress, Unconfirmed, Staff)),
    "the form that created the account, sent again": (form_of_account, (Unconfirmed,)),
    "a link for a new password, sent before": (reset_link, (Owner, Unconfirmed, Staff)),
    "a link for a new password, asked for before and sent after": (reset_asked, (Owner, Unconfirmed, Staff)),
    "a link that confirms the address, sent before": (confirm_link, (Unconfirmed,)),
    "a link that changes the address, sent before": (change_link, (Owner, WithoutAddress, Unconfirmed, Staff)),
    "a printed recovery code": (printed_codes, (Owner, WithoutAddress)),
    "a code from the desk": (desk_code, (WithoutAddress,)),
    "a passkey": (passkey, (Owner, WithoutAddress, Staff, Unconfirmed)),
    "a passkey that was begun in another browser": (half_made_passkey, (Owner, WithoutAddress, Staff, Unconfirmed)),
    "the app of the second step, with the password": (app_code, (Staff,)),
    "a recovery code of the second step, with the password": (app_recovery_code, (Staff,)),
    "the calendar address (shows dates, opens nothing)": (calendar_address, (Owner, WithoutAddress, Unconfirmed)),
}
