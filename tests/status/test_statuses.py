"""The words of statuses: the standard ones and those of a post; how officers set them."""

from datetime import timedelta

import pytest

from portal import clock
from portal.cases import statuses
from portal.cases.importing.store_cases import store_cases
from portal.cases.operations import MayNotBook, require_may_book
from portal.database.transactions import session
from portal.i18n.locale import in_language
from portal.journal.journal import Entry
from portal.mailing.reminders import write_due
from portal.web.errors import NotFound
from tests.cases.case_file import line, read_cases, write_csv
from tests.factories import make_account, make_case, make_post, signed_in
from tests.visitor import Visitor

NAMES = {"km": "រង់ចាំគ្រូពេទ្យ", "en": "Waiting for the clinic"}
MEANINGS = {"km": "គ្លីនិកផ្ញើលទ្ធផល។", "en": "The clinic sends the result."}


@pytest.fixture
def word(app):
    """A word of Phnom Penh that counts as Refused."""
    made = statuses.add_word(make_post(), "clinic", "refused", NAMES, MEANINGS, "command", clock.now())
    session.commit()
    return made.code


def member(app, role):
    return signed_in(Visitor(app), make_account(role, make_post()))


def set_status(officer, case, **answers):
    return officer.submit(f"/en/staff/cases/{case.public_id}/status", **answers)


def test_an_officer_sees_what_people_will_read_before_the_status_is_saved(app, word):
    officer, case = member(app, "officer"), make_case()
    page = set_status(officer, case, word=word)

    assert NAMES["km"] in page.text and MEANINGS["en"] in page.text
    session.refresh(case)
    assert case.status == "refused"
    assert set_status(officer, case, word=word, save="1").h1 == f"Case {case.number}"
    session.refresh(case)
    assert case.status == word


def test_a_changed_status_leaves_history_a_journal_entry_and_a_notice_and_the_same_again_nothing(app):
    account, now = make_account(), clock.now()
    case = make_case(account)
    for _time in range(2):
        statuses.set_status(case, "issued", now.date(), "account:1", now)

    session.refresh(case)
    assert [change.status for change in case.history] == ["refused", "issued"]
    assert session.query(Entry).filter_by(action="status set").count() == 1


def test_a_status_cannot_begin_tomorrow_and_another_posts_word_is_not_there(app, word):
    make_post("CDJ", city="Ciudad Juárez", timezone="America/Ciudad_Juarez", country="MX", languages="es en")
    here, there = make_case(), make_case(post="CDJ")

    page = set_status(member(app, "officer"), here, word="issued", save="1", effective_on="2099-01-01")
    assert page.errors == ["Choose today or an earlier day for the status."]
    with pytest.raises(NotFound):
        statuses.set_status(there, word, clock.now().date(), "account:1", clock.now())


def test_a_posts_own_word_follows_the_rules_of_the_word_it_counts_as(app, word):
    account = make_account()
    case = make_case(account, status=word, refused_on=clock.now().date() - timedelta(days=340))
    issued = statuses.add_word(make_post(), "done", "issued", NAMES, MEANINGS, "command", clock.now())

    require_may_book(case, clock.now().date())
    assert sum(write_due(clock.now())) == 1
    with pytest.raises(MayNotBook):
        require_may_book(make_case(status=issued.code), clock.now().date())


def test_everybody_reads_a_posts_word_or_the_standard_one_in_a_language_that_the_post_does_not_write(visitor, word):
    case = make_case(status=word)
    pages = {
        language: visitor.submit(f"/{language}/status", location="PHP", case_number=case.number).text
        for language in ("km", "en", "fr")
    }

    assert NAMES["km"] in pages["km"] and MEANINGS["en"] in pages["en"]
    with in_language("fr"):
        assert str(statuses.status_name("refused")) in pages["fr"]
    assert NAMES["en"] not in pages["fr"]


def test_case_files_write_a_posts_word_as_its_code(app, tmp_path, word):
    rows, errors = read_cases(write_csv(tmp_path / "cases.csv", line(status=word)))
    store_cases(rows, "command", clock.now())
    _rows, wrong = read_cases(write_csv(tmp_path / "cases.csv", line(status="amm_clinic")))

    assert errors == [] and rows[0].status == word
    assert [error.column for error in wrong] == ["status"]


def test_a_supervisor_adds_a_word_in_every_language_of_the_post_and_an_officer_may_not(app):
    supervisor = member(app, "supervisor")
    texts = {f"name_{code}": NAMES[code] for code in NAMES} | {f"meaning_{code}": MEANINGS[code] for code in MEANINGS}
    wrong = supervisor.submit("/en/staff/cases/words/new", code="Two words", standard="refused")

    assert "lowercase letters" in wrong.errors[0] and len(wrong.errors) == 5
    assert "php_clinic" in supervisor.submit("/en/staff/cases/words/new", code="clinic", **texts).text
    again = supervisor.submit("/en/staff/cases/words/new", code="clinic", **texts)
    assert again.errors == ["Your post already has a status word with this code."]
    member(app, "officer").open("/en/staff/cases/words/new", status=403)


def test_a_supervisor_keeps_the_settings_of_the_own_post(app):
    post = make_post()
    page = member(app, "supervisor").submit("/en/staff/settings", address="1 Street", inquiry_days="60", reply_days="x")

    assert len(page.errors) == 1 and page.fields["inquiry_days"] == "60"
    assert (
        "saved" in member(app, "supervisor").submit("/en/staff/settings", address=post.address, inquiry_days="60").text
    )
    session.refresh(post)
    assert post.inquiry_days == 60
    entry = session.query(Entry).filter_by(action="post settings").one()
    assert (entry.before, entry.after) == ({"inquiry_days": 180}, {"inquiry_days": 60})
