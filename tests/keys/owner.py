"""An account with its owner, and the people around it: its keys are tried after an event."""

import re
from uuid import uuid4

from portal import clock
from portal.accounts import operations as accounts
from portal.accounts.models import Account
from portal.database.transactions import session
from portal.sessions.models import SignIn
from portal.web import identity, session_cookie
from tests.factories import PASSWORD, make_account, make_case, make_factor, make_post, signed_in
from tests.mailbox import Mailbox, link_in
from tests.visitor import CODE, Visitor, code_now

NEW, NEWER = "eleven brass kettles", "seven quiet harbors at dusk"
DEVICES, EMAIL, FORGOTTEN = "/en/account/devices", "/en/account/email", "/en/account/forgotten"
CREATE, RECOVER, SETTINGS = "/en/account/create", "/en/account/recover", "/en/account"
SET_UP = "/en/account/factor"
SECRET = re.compile(r"<code dir=\"ltr\">([A-Z2-7 ]+)</code>")
LINK_SUBJECTS = ("Choose a new password", "Confirm your email address")


class Owner:
    """A person with an account and a signed-in browser; password is the current one."""

    def __init__(self, app):
        self.app, self.mailbox, self.password, self.secret = app, Mailbox(), PASSWORD, None
        self.account = self.make()
        self.case = None if self.account.role else make_case(self.account) if self.has_case else None
        self.name, self.address = self.account.name, self.account.email
        self.here = signed_in(Visitor(app), self.account)

    has_case = True

    def make(self):
        """An applicant with a sign-in number who confirmed an e-mail address later."""
        number = accounts.new_sign_in_number()
        return make_account(email=f"{number}@example.org", sign_in_number=number, email_confirmed_at=clock.now())

    def is_in(self, visitor):
        """Whether a browser is signed in to this account, and its pages open."""
        cookie = visitor.client.get_cookie(session_cookie.PLAIN_COOKIE)
        identity.forget_everyone()
        session.rollback()
        digest = session_cookie.number_digest(cookie.value) if cookie else ""
        mine = session.query(SignIn).filter_by(number_digest=digest, account_id=self.account.id).count()
        opened = visitor.open(SETTINGS).path == SETTINGS
        return bool(mine and opened)

    def sees_case(self, visitor):
        """Whether a browser shows the case of this account."""
        return self.case.number in visitor.open("/en/dashboard").text

    def log_in(self, password, code=None):
        """Try to log in with a password in a new browser; return it. Staff whose app is gone set one up."""
        visitor = Visitor(self.app)
        for name in {self.name, *self.names()}:
            page = visitor.submit("/en/account/login", name=name, password=password)
            if page.path != "/en/account/login":
                break
        if page.path == CODE:
            visitor.submit(CODE, code=code or code_now(self.secret))
        elif page.path == SET_UP:
            secret = SECRET.search(page.html)[1].replace(" ", "")
            visitor.submit(SET_UP, code=code or code_now(secret))
        return visitor

    def names(self):
        """The names with which the owner can log in now."""
        session.expire_all()
        now = session.get(Account, self.account.id)
        return [name for name in (now.email, now.sign_in_number) if name]

    def links(self, kind, to=None):
        """Deliver the mail; return the links ("reset", "confirm") that arrived, only those to one address if given."""
        came = [mail for mail in self.mailbox.deliver() if mail["Subject"] in LINK_SUBJECTS]
        found = [link_in(mail) for mail in came if to in (None, mail["To"])]
        return [link for link in found if f"/{kind}/" in link]


class WithoutAddress(Owner):
    """A person with a sign-in number and no email address."""

    def make(self):
        account = make_account(sign_in_number=accounts.new_sign_in_number())
        account.email = None
        session.commit()
        return account


class Unconfirmed(Owner):
    """A person with a new account from the pages, an unconfirmed address, and nothing in the account."""

    has_case = False

    def make(self):
        email, visitor = f"{uuid4().hex[:12]}@example.org", Visitor(self.app)
        self.form = visitor.open(CREATE)
        typed = {"email": email, "password": PASSWORD, "password_again": PASSWORD, "agreed": "y"}
        visitor.submit(CREATE, page=self.form, **typed)
        self.form.fields |= typed
        return session.query(Account).filter_by(email=email).one()


class Unproved(Unconfirmed):
    """The same, with a case in the account."""

    has_case = True


class Staff(Owner):
    """A member of the desk, with an app for codes."""

    def make(self):
        account = make_account("desk", make_post(), f"{uuid4().hex[:12]}@example.org", email_confirmed_at=clock.now())
        self.secret = make_factor(account)
        return account
