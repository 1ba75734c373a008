"""The pages of the second factor, of recovery codes, and of the list of devices."""

import time
from datetime import timedelta
from uuid import uuid4

from sqlalchemy import select, update

from portal import clock
from portal.accounts.models import Account
from portal.accounts.operations import account_named, create_staff
from portal.accounts.passwords import DEMONSTRATION_PASSWORD, hash_password
from portal.cases.models import Case
from portal.posts.operations import post_by_code
from portal.sessions.models import SignIn
from tests.browser.people import log_in, new_email, sign_up, visit

HELPED = "PHP2025610014"
FELT_SECONDS = 1


def see_second_step(server, album):
    """Keep the second factor, asked for, set up and asked for again; recovery codes; devices; help at the desk."""
    half = visit(server)
    half.submit("/en/account/login", name="officer@example.org", password=DEMONSTRATION_PASSWORD)
    album.take(half, "staff: second step", "/account/code")
    album.send(half, "staff: second step, wrong", "/account/code", code="")
    _first_log_in(server, album)
    officer = log_in(server, "officer")
    album.take(officer, "staff: recovery codes left", "/account/codes?said=code_used&next=/en/staff/")
    album.send(officer, "staff: recovery codes", "/account/codes")
    album.take(officer, "staff: devices", "/account/devices")
    album.take(sign_up(server), "devices", "/account/devices")
    _at_the_desk(server, album)
    _asked_anew(server, album)


def _first_log_in(server, album):
    email, now = new_email(), clock.now()
    with server.database():
        create_staff(email, hash_password(DEMONSTRATION_PASSWORD), "guard", post_by_code("PHP"), uuid4(), now)
    guard = visit(server)
    guard.submit("/en/account/login", name=email, password=DEMONSTRATION_PASSWORD)
    album.take(guard, "staff: second step, set up", "/account/factor")
    album.send(guard, "staff: second step, set up, wrong", "/account/factor", code="")


def _at_the_desk(server, album):
    with server.database() as session:
        case = session.scalar(select(Case).where(Case.number == HELPED))
        holder = session.scalars(select(Account).where(Account.sign_in_number.is_not(None))).first()
        case.account_id, case.claimed_at = holder.id, clock.now()
        path = f"/staff/cases/{case.public_id}/recovery"
    desk = log_in(server, "desk")
    album.take(desk, "staff: lost password", path)
    album.send(desk, "staff: lost password, not seen", path)
    album.send(desk, "staff: lost password, code", path, seen="y")


def _asked_anew(server, album):
    supervisor, long_ago = log_in(server, "supervisor"), clock.now() - timedelta(hours=1)
    with server.database() as session:
        his = SignIn.account_id == account_named("supervisor@example.org").id
        session.execute(update(SignIn).where(his, SignIn.factor_at.is_not(None)).values(factor_at=long_ago))
    time.sleep(FELT_SECONDS)
    typed = {"address": "7 New Street", "factor_code": ""}
    album.send(supervisor, "staff: code again", "/account/language", to="/staff/settings", status=403, **typed)
