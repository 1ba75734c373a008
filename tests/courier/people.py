"""Packages on paper for these tests: a case that sends by courier, registered with all its travelers."""

from uuid import uuid4

from portal import clock
from portal.cases.importing.rows import Item
from portal.courier import operations
from portal.database.transactions import session
from tests.factories import make_account, make_agency, make_case
from tests.paper.people import DOCUMENTS

CHILD = {"relationship": "child", "respond_by": "courier", "reasons": (Item("Birth Certificate", False, False),)}
NAMES = (
    {"given_names": "محمد", "surname": "الأحمد"},
    {"given_names": "ដារា", "surname": "សុខ"},
    {"given_names": "小明", "surname": "王"},
)


def courier_case(account=None, travellers=1, documents=2, names=(), **cells):
    """A case that sends by courier so many documents of the principal, one of each other; names: of the others."""
    items = tuple(Item(name, number % 2 == 0, number > 4) for number, name in enumerate(DOCUMENTS[:documents]))
    more = [
        {**CHILD, "given_names": f"Child {number}", "passport_number": f"N900000{number:02}"}
        for number in range(1, travellers)
    ]
    for other, name in zip(more, names, strict=False):
        other.update(name)
    return make_case(account or make_account(), more, **{"respond_by": "courier", "reasons": items, **cells})


def registered(account=None, packed=None, others=0, passport=False, **cells):
    """A package of all travelers of a case, with the first so many of its documents (None: all)."""
    case, now = courier_case(account, **cells), clock.now()
    by = f"account:{case.account_id}"
    submission = operations.register(case, case.principal, make_agency(case.post).id, uuid4(), by, now)
    operations.set_family(submission, [one.id for one in case.travellers[1:]], by, now)
    fitting = [item.id for _traveller, item in operations.what_fits(submission)][:packed]
    operations.pack(submission, fitting, passport, others, by, now)
    session.commit()
    return submission
