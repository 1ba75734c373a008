"""Unsubscribe links, which turn off one kind of email without a log-in: the reader of such an email may stop them."""

import base64
import hmac

from flask import current_app, url_for

from portal.accounts.mail_choices import OPTIONAL
from portal.accounts.models import Account
from portal.database.transactions import session
from portal.security import encryption
from portal.web.errors import NotFound

PROOF_CHARACTERS = 32


def address_for(account, kind):
    """Return the address of the page that turns off a kind of email for an account."""
    return current_app.extensions["settings"].public_url + url_for("mailing.stop", token=_token(account.id, kind))


def meant(token):
    """Return the account and the kind of email of a token, or raise NotFound."""
    proof, coded = token[:PROOF_CHARACTERS], token[PROOF_CHARACTERS:]
    try:
        account_id, kind = base64.urlsafe_b64decode(coded + "=" * (-len(coded) % 4)).decode().split(" ")
        expected = _token(int(account_id), kind)
    except ValueError as error:
        raise NotFound from error
    account = session.get(Account, int(account_id)) if hmac.compare_digest(token.encode(), expected.encode()) else None
    if account is None or kind not in OPTIONAL or not proof:
        raise NotFound
    return account, kind


def _token(account_id, kind):
    plain = f"{account_id} {kind}"
    coded = base64.urlsafe_b64encode(plain.encode()).decode().rstrip("=")
    return encryption.derived("stop", plain)[:PROOF_CHARACTERS] + coded
