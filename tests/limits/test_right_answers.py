"""All limits of guesses: a right answer does not count, and a second wrong one is stopped here (R13).

Right codes of the second factor: tests/accounts/test_second_factor.py. Requests for work or mail (questions,
invitations, links) count although they are right, and so do attempts by network address, which are only delayed
(pace.py).
"""

from itertools import count

import pytest

from portal.accounts import recovery
from portal.database.transactions import session
from tests.cases.test_matching import answer_until_the_case, proof
from tests.courier.people import registered
from tests.factories import PASSPORT, PASSWORD, make_account, make_case, signed_in
from tests.visitor import Visitor

OTHER = "seven quiet lamps outside"
BORN = {"day": "12", "month": "4", "year": "1990", "nationality": "KH"}
_numbers = count(1)


@pytest.fixture
def app(app, monkeypatch):
    """The portal with limits so low that each allows one wrong answer."""
    monkeypatch.setitem(app.extensions, "limits_factor", 0.1)
    return app


def logging_in(app):
    account = make_account()

    def send(right):
        typed = {"name": account.email, "password": PASSWORD if right else "wrong"}
        return post(Visitor(app), "/en/account/login", **typed)

    return send


def changing_the_password(app):
    visitor, known = signed_in(Visitor(app), make_account()), [PASSWORD, OTHER]

    def send(right):
        new = {"password": known[1], "password_again": known[1]}
        answer = post(visitor, "/en/account/password", current=known[0] if right else "wrong", **new)
        if right:
            known.reverse()
        return answer

    return send


def taking_data_along(app):
    visitor = signed_in(Visitor(app), make_account())
    return lambda right: post(visitor, "/en/account/data", current=PASSWORD if right else "wrong", kind="page")


def recovering(app):
    account = make_account()
    account.email, account.sign_in_number = None, "8041088555"
    codes = recovery.new_codes(account.id, recovery.PASSWORD)
    session.commit()

    def send(right):
        new = {"password": OTHER, "password_again": OTHER}
        code = codes.pop() if right else "AAAA-AAAA-AAAA"
        return post(Visitor(app), "/en/account/recover", name="8041088555", code=code, **new)

    return send


def retrieving_a_page(app):
    registered()

    def send(right):
        typed = {**BORN, "passport_number": PASSPORT} | ({} if right else {"year": "1991"})
        return post(Visitor(app), "/en/confirmation", **typed)

    return send


def claiming_a_case(app):
    case = make_case(case_number="PHP2025000001")

    def send(right):
        session.rollback()
        session.expire_all()
        case.account_id = None
        session.commit()
        account = make_account()
        answer_until_the_case(account, proof() if right else proof(birth_dates=("1991-01-01",)))
        page = "/en/appointments/new/case"
        return post(signed_in(Visitor(app), account), page, case_number="PHP2025000001")

    return send


DOORS = [logging_in, changing_the_password, taking_data_along, recovering, retrieving_a_page, claiming_a_case]


def post(visitor, path, **typed):
    fields = visitor.open(path).fields
    return visitor.client.post(path, data={**fields, **typed}).status_code


@pytest.mark.parametrize("door", DOORS)
def test_right_answers_are_never_counted_and_wrong_ones_are_r13(app, door):
    send = door(app)

    assert 429 not in [send(True) for _time in range(2)]
    assert [send(False), send(False)] == [200, 429]
