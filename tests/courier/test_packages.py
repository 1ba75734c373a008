"""Rules for applicants' packages: registered once, changed until dropped off, invisible to others."""

from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from portal import clock
from portal.cases.operations import MayNotSend
from portal.courier import operations
from portal.courier.agencies import close_agency, in_city
from portal.courier.models import Submission
from portal.courier.operations import AlreadyRegistered, TooLate
from portal.database.transactions import session
from portal.journal.journal import Entry
from portal.mail.models import Message
from portal.web.errors import NotFound
from portal.web.roles import SignedIn
from tests.factories import make_account, make_agency, make_case, make_package, make_post

BY = "account:1"
FAMILY = [{"given_names": "Bopha", "passport_number": "N7654321", "relationship": "spouse", "respond_by": "courier"}]


def sending_case(**cells):
    return make_case(make_account(), respond_by="courier", **cells)


def register(case, agency, key=None):
    return operations.register(case, case.principal, agency.id, key or uuid4(), BY, clock.now())


def entries(submission):
    about = select(Entry.action).where(Entry.subject == "submission", Entry.subject_id == submission.id)
    return session.scalars(about.order_by(Entry.id)).all()


def test_the_same_key_gives_the_same_package_r12(app):
    case, agency, key = sending_case(), make_agency(), uuid4()

    assert register(case, agency, key).id == register(case, agency, key).id
    assert session.scalar(select(func.count(Submission.id))) == 1


def test_a_case_has_one_package_on_the_way_at_a_time(app):
    case, agency = sending_case(), make_agency()
    first = register(case, agency)

    with pytest.raises(AlreadyRegistered):
        register(case, agency)

    assert operations.on_the_way(case).id == first.id


def test_the_database_itself_refuses_a_second_package_on_the_way(app):
    first = make_package()
    same = {name: getattr(first, name) for name in ("post_id", "case_id", "sender_id", "agency_id", "registered_at")}
    session.add(Submission(reference="PHP-0000-0000", form_key=uuid4(), **same))

    with pytest.raises(IntegrityError):
        session.flush()
    session.rollback()


def test_somebody_elses_package_does_not_exist_r5(app):
    package, stranger = make_package(), make_account()
    owner = package.case.account_id

    def who(account_id):
        return SignedIn(account_id, None, None, "")

    assert operations.submission_for(who(owner), package.reference).id == package.id
    for account_id, reference in ((stranger.id, package.reference), (owner, "PHP-0000-0000"), (owner, "x")):
        with pytest.raises(NotFound):
            operations.submission_for(who(account_id), reference)


def test_only_an_open_agency_of_the_same_post_can_be_chosen(app):
    case, closed = sending_case(), make_agency()
    elsewhere = make_agency(make_post("HCM", country="VN", courier=True))
    close_agency(closed, "command", clock.now())

    for agency in (elsewhere, closed):
        with pytest.raises(NotFound):
            register(case, agency)


def test_everything_can_be_changed_until_the_package_is_dropped_off(app):
    package, other, now = make_package(), make_agency(), clock.now()
    operations.change_agency(package, other.id, BY, now)
    assert (package.agency.id, package.version) == (other.id, 2)
    operations.drop_off(package, BY, now)

    for change in (
        lambda: operations.change_agency(package, other.id, BY, now),
        lambda: operations.set_family(package, [], BY, now),
        lambda: operations.pack(package, [], False, 0, BY, now),
        lambda: operations.withdraw(package, BY, now),
        lambda: operations.collect(package, BY, now),
    ):
        with pytest.raises(TooLate):
            change()


def test_family_is_of_the_same_case_only(app):
    case = sending_case(more=FAMILY)
    package, stranger = register(case, make_agency()), make_case(passport_number="N1111111").principal
    spouse = case.travellers[1]

    for nobody in (stranger.id, case.principal.id):
        with pytest.raises(NotFound):
            operations.set_family(package, [nobody], BY, clock.now())

    operations.set_family(package, [spouse.id], BY, clock.now())
    assert [one.id for one in package.travellers] == [case.principal.id, spouse.id]


def test_what_a_family_member_packed_goes_with_them(app):
    case, now = sending_case(more=FAMILY), clock.now()
    package, spouse = register(case, make_agency()), case.travellers[1]
    operations.set_family(package, [spouse.id], BY, now)
    both = [item.id for _traveller, item in operations.what_fits(package)]
    operations.pack(package, both, True, 2, BY, now)
    assert operations.number_of_documents(package) == 7
    operations.pack(package, both[1:], True, 2, BY, now)
    assert [item.id for _traveller, item in operations.what_is_missing(package)] == both[:1]

    operations.set_family(package, [], BY, now)

    assert [one.refusal_item_id for one in package.contents] == both[1:2]


def test_documents_of_other_people_do_not_fit_into_a_package(app):
    package, other = make_package(), make_case(passport_number="N1111111", respond_by="courier")

    with pytest.raises(NotFound):
        operations.pack(package, [other.refusals[0].items[0].id], False, 0, BY, clock.now())


def test_every_change_leaves_one_journal_entry_and_the_same_again_none_r6(app):
    case, agency, other, now = sending_case(more=FAMILY), make_agency(), make_agency(), clock.now()
    package, spouse = register(case, agency), case.travellers[1]
    for _again in range(2):
        operations.change_agency(package, other.id, BY, now)
        operations.set_family(package, [spouse.id], BY, now)
        operations.pack(package, [], True, 0, BY, now)
    for _again in range(2):
        operations.drop_off(package, BY, now)

    changes = ["registered", "agency changed", "family changed", "packed", "dropped off"]
    assert entries(package) == [f"package {change}" for change in changes]


def test_a_withdrawn_registration_frees_the_case_for_another(app):
    case, agency = sending_case(), make_agency()
    first = register(case, agency)
    for _again in range(2):
        operations.withdraw(first, BY, clock.now())

    second = register(case, agency)

    assert (first.state, second.state, entries(first)[-1]) == ("withdrawn", "registered", "package withdrawn")
    assert [one.id for one in operations.submissions_of([case])[case.id]] == [second.id, first.id]


def test_a_package_that_was_sent_back_is_collected_once(app):
    package = make_package()
    package.state = "returned"
    for _again in range(2):
        operations.collect(package, BY, clock.now())

    assert (package.state, entries(package).count("package collected")) == ("collected", 1)


@pytest.mark.parametrize(
    ("cells", "kind"),
    [
        ({"respond_by": "in_person"}, "in_person"),
        ({"respond_by": "none", "status": "administrative_processing", "reasons": ()}, "processing"),
        ({"respond_by": "direct"}, "other_way"),
        ({"respond_by": "courier", "status": "issued"}, "not_refused"),
    ],
)
def test_a_case_that_was_not_told_to_send_documents_registers_no_package(app, cells, kind):
    case, agency = make_case(make_account(), **cells), make_agency()

    with pytest.raises(MayNotSend) as refusal:
        register(case, agency)
    assert (refusal.value.kind, operations.why_not(case)) == (kind, kind)


def test_a_post_that_takes_no_packages_here_is_told_apart(app):
    case = sending_case()
    assert operations.why_not(case) == "elsewhere"

    case.post.courier = True
    assert operations.why_not(case) is None


def test_a_package_after_the_twelve_months_is_taken_and_said_to_be_late_r7(app):
    today = clock.now().date()
    case = sending_case(refused_on=today - timedelta(days=400))

    assert register(case, make_agency()).state == "registered"
    day, is_late = operations.last_day(case, today)
    assert (day < today, is_late) == (True, True)
    assert operations.last_day(sending_case(), today)[1] is False


def test_the_person_is_written_to_once_for_each_version_of_the_page(app):
    package, other = make_package(), make_agency()
    operations.change_agency(package, other.id, BY, clock.now())

    written = session.scalars(select(Message.key).where(Message.kind == "package_registered")).all()
    assert sorted(written) == [f"package_registered:{package.id}:{version}" for version in (1, 2)]


@pytest.mark.parametrize(("typed", "found"), [("juarez", 1), ("JUÁREZ ", 1), ("u", 2), ("", 2), ("Paris", 0)])
def test_agencies_are_found_by_city_whatever_the_accents(app, typed, found):
    agencies = [make_agency(city="Ciudad Juárez"), make_agency(city="Chihuahua")]

    assert len(in_city(agencies, typed)) == found
