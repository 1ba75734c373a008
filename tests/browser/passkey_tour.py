"""The pages of passkeys, with one that was added."""

from portal import clock
from portal.accounts.models import Account
from portal.passkeys.models import Passkey
from tests.browser.people import sign_up, visit
from tests.factories import PASSWORD

LIST = "/account/passkeys"


def see_passkeys(server, album):
    """Keep the pages for managing passkeys, and the message when one does not work."""
    reader = sign_up(server)
    album.take(reader, "passkeys, none", LIST)
    album.take(reader, "add a passkey", f"{LIST}/new")
    album.send(reader, "add a passkey, wrong", f"{LIST}/new", name="", current="wrong")
    album.send(reader, "make a passkey", f"{LIST}/new", name="My telephone", current=PASSWORD)
    with server.database() as session:
        account = session.query(Account).order_by(Account.id.desc()).first()
        keys = {"credential_id": b"credential", "user_handle": b"handle", "public_key": b"key", "sign_count": 0}
        name = "My telephone, the old one / ទូរស័ព្ទ"
        passkey = Passkey(account_id=account.id, name=name, made_at=clock.now(), used_at=clock.now(), **keys)
        session.add(passkey)
        session.flush()
        removal = f"{LIST}/{passkey.public_id}/remove"
    album.take(reader, "passkeys", f"{LIST}?said=passkey_added")
    album.take(reader, "remove a passkey", removal)
    album.send(reader, "remove a passkey, wrong", removal, current="wrong")
    album.send(visit(server), "passkey, refused", "/account/login", to=f"{LIST}/log-in", answer="x")
