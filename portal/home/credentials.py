"""The credentials that can open an account, gathered from the features that store them, for its owner."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from portal.accounts import factors, printed_codes, recovery
from portal.accounts import operations as accounts
from portal.accounts.models import Account
from portal.passkeys import operations as passkeys
from portal.passkeys.models import Passkey
from portal.sessions import operations as sessions
from portal.sessions.models import SignIn
from portal.status import subscriptions
from portal.web.roles import SignedIn


@dataclass(frozen=True)
class Keys:
    """The credentials of an account now.

    calendar_since: of the address that shows dates only; None if there is none.
    """

    account: Account
    sessions: list[SignIn]
    passkeys: list[Passkey]
    codes: int
    codes_made_at: datetime | None
    code_used_at: datetime | None
    factor_codes: int
    calendar_since: datetime | None


def keys_of(signed_in: SignedIn, now: datetime) -> Keys:
    """Return the Keys of the signed-in user."""
    account = accounts.account_of(signed_in)
    made_at, used_at = printed_codes.story(account.id)
    found: dict[str, Any] = {
        "sessions": sessions.sessions_of(account.id, now),
        "passkeys": passkeys.passkeys_of(account.id),
        "codes": recovery.codes_left(account.id, recovery.PASSWORD, now),
        "factor_codes": factors.codes_left(account.id),
        "calendar_since": subscriptions.made_at(signed_in),
    }
    return Keys(account, codes_made_at=made_at, code_used_at=used_at, **found)
