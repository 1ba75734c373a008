"""Links that switch off one kind of mail, without a log-in: whoever has the mail may stop such mails."""

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
    """Return the address of the page that switches off a kind of mail for an account."""
    return current_app.extensions["settings"].public_url + url_for("mailing.stop", token=_token(account.id, kind))


def meant(token):
    """Return the account and the kind of mail that a token stands for, or raise NotFound."""
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
