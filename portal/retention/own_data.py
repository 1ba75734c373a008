"""Everything an account holds, as plain values, for a person's download (docs/account-data.md).

Of a case it contains what its pages show the person. Passport numbers and dates of birth of the travelers are left
out, because the account holder may be another person; so are internal notes of staff.
"""

import json

from sqlalchemy import func, select

from portal import features
from portal.accounts.models import Account, CalendarAddress, Notice, RecoveryCode
from portal.appointments import kept_answers
from portal.cases.finding import requests
from portal.cases.operations import cases_of, what_is_listed
from portal.cases.refusals.deadline import last_day
from portal.cases.refusals.reason_sentences import item_text
from portal.cases.statuses import counts_as, status_name
from portal.database.transactions import session
from portal.mail.models import Message
from portal.passkeys.models import Passkey
from portal.posts.operations import place
from portal.sessions.models import SignIn

VERSION = 1
# Every table with data about a person: the part of the file with its data, or why there is none. Features add theirs.
TABLES = {
    "account": "account",
    "calendar_address": "calendar_address",
    "case": "cases",
    "case_request": "requests",
    "draft": "answers",
    "message": "emails",
    "notice": "notices",
    "passkey": "passkeys",
    "held_original": "where",
    "passport_request": "passports_asked_for",
    "petition_stage": "petition",
    "receipt": "receipts",
    "receipt_line": "lines",
    "recovery_code": "recovery_codes",
    "refusal": "refusals",
    "refusal_item": "listed",
    "sign_in": "sessions",
    "status_change": "history",
    "traveller": "travellers",
}
LEFT_OUT = {
    "case_note": "a note that officers write for each other; no page shows it to the person",
    "case_import_row": "a row of staff's file, kept for some minutes until the case is corrected",
    "case_upload": "a file of staff, kept for an hour",
    "displacement": "how an appointment was moved by the post; the appointment itself is given",
    "link": "a link of an email is no data but a way in, for three days at most",
    "passkey_challenge": "random bytes, for five minutes",
    "second_factor": "a secret of staff",
}
_ACCOUNT = (
    "email_confirmed_at",
    "sign_in_number",
    "telephone",
    "language",
    "created_at",
    "agreed_at",
    "mail_off",
)


def data_of(account_id, now):
    """Return everything an account holds, by the names of docs/account-data.md; words in the language in use."""
    return {
        "version": VERSION,
        "made_at": now,
        "account": _account(session.get_one(Account, account_id)),
        "sessions": _rows(SignIn, account_id, ("started_at", "seen_at", "ends_at", "shared_device")),
        "recovery_codes": _codes(account_id),
        "passkeys": _rows(Passkey, account_id, ("name", "made_at", "used_at")),
        "calendar_address": _rows(CalendarAddress, account_id, ("made_at",)),
        "notices": _rows(Notice, account_id, ("kind", "details", "created_at", "seen_at")),
        "emails": _rows(Message, account_id, ("kind", "state", "written_at", "done_at")),
        "answers": kept_answers.answers_of(account_id),
        "requests": [_request(one) for one in requests.requests_of(account_id)],
        "cases": [_case(one) for one in cases_of(account_id)],
    }


def lines_of(held_case):
    """Return the features' data of a case in data_of as pairs of label and text, for the page."""
    added = features.added("case_data").items()
    return [line for key, data in added for row in held_case[key] for line in data.lines(row)]


def as_json(held):
    """Return the result of data_of as JSON, with dates and instants as ISO 8601 text."""
    return json.dumps(held, default=lambda value: value.isoformat(), ensure_ascii=False, indent=2)


def _rows(model, account_id, names):
    mine = select(model).where(model.account_id == account_id).order_by(model.id)
    return [_columns(one, names) for one in session.scalars(mine)]


def _account(account):
    return {"email": account.address, **_columns(account, _ACCOUNT)}


def _columns(row, names):
    return {name: getattr(row, name) for name in names}


def _codes(account_id):
    mine = select(func.count(), func.count(RecoveryCode.used_at)).where(RecoveryCode.account_id == account_id)
    made, used = session.execute(mine).one()
    return {"made": made, "used": used}


def _request(request):
    return {
        "post": request.post.code,
        **_columns(request, ("state", "asked_at", "reply_by", "answered_at", "answer")),
        "answers": requests.answers_of(request),
    }


def _case(case):
    return {
        "post": case.post.code,
        "location": place(case.post),
        "case_number": case.number,
        "visa_class": case.visa_class,
        "status": _word(case.status),
        "status_since": case.status_on,
        "held_since": case.claimed_at,
        "history": [{"status": _word(one.status), "since": one.effective_on} for one in case.history],
        "travellers": [_traveller(one) for one in case.travellers],
        "refusals": [_refusal(case, *one) for one in what_is_listed(case)],
        **{key: data.rows(case) for key, data in features.added("case_data").items()},
    }


def _word(code):
    return {"code": counts_as(code), "word": str(status_name(code))}


def _traveller(traveller):
    columns = _columns(traveller, ("surname", "given_names", "nationality", "interview_on"))
    return columns | {"relationship": traveller.relationship_to_principal}


def _refusal(case, traveller, refusal, items):
    return {
        "traveller": traveller.name,
        "refused_on": refusal.refused_on,
        "kind": refusal.kind,
        "respond_by": refusal.modes,
        "last_day": last_day(case, refusal),
        "evidence_on": refusal.evidence_on,
        "listed": [
            {"document": str(item_text(item)), "state": item.state, "words": item.officer_words} for item in items
        ],
    }
