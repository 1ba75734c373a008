"""The guide: a few questions, one next step at each end, and short explanations."""

import re
from itertools import product
from urllib.parse import urlencode

import pytest

from portal.guide import questions
from portal.guide.next_steps import STEPS
from portal.guide.questions import QUESTIONS
from portal.guide.topics import TOPICS
from portal.i18n.locale import LANGUAGES
from tests.factories import make_account, make_case, signed_in

GUIDE = "/en/guide"
COMPLETE = {"visa": "immigrant", "letter": "yes", "asks": "in_person", "age": "recent", "documents": "all"}
PRIMARY = re.compile(r'<a class="button primary" href="([^"]+)"')
NEVER_SAID = re.compile(r"\bpending\b|\bon hold\b|\bnot a refusal\b", re.IGNORECASE)


def every_way():
    """Every way of answering, as a person walks it: each question answered, no more than needed."""
    for codes in product(*(question.choices for question in QUESTIONS.values())):
        given = dict(zip(QUESTIONS, codes, strict=True))
        names, step = questions.walk(given)
        yield tuple((name, given[name]) for name in names), step


WAYS = sorted(set(every_way()))


def address(**answers):
    return f"{GUIDE}?{urlencode(answers)}"


def send(visitor, page, **chosen):
    """Press Continue on a page of the guide: the form's values go into the address."""
    return visitor.open(address(**{**page.fields, **chosen}))


def back(page):
    return next(link for link in page.links if "again=" in link)


def test_every_way_through_the_questions_ends_at_one_next_step_with_one_button_that_opens(visitor):
    for way, step in WAYS:
        page = visitor.open(GUIDE)
        for name, code in way:
            assert page.fields["sent"] == name
            page = send(visitor, page, **{name: code})

        assert page.h1 == str(STEPS[step].title)
        buttons = PRIMARY.findall(page.html)
        assert len(buttons) == 1 and "<button" not in page.html and "<form" not in page.html
        visitor.open(buttons[0])


def test_each_step_is_the_end_of_some_way_and_no_way_is_longer_than_five_questions():
    assert {step for _way, step in WAYS} == set(STEPS)
    assert max(len(way) for way, _step in WAYS) == 5


def test_the_button_leads_to_what_the_answers_call_for(visitor):
    for answers, leads_to in (
        ({}, "/en/appointments/new"),
        ({"age": "unknown"}, "/en/appointments/new"),
        ({"documents": "not_yet"}, "/en/account/create"),
        ({"asks": "courier", "documents": "not_yet"}, "/en/account/create"),
        ({"asks": "processing"}, "/en/status"),
        ({"asks": "elsewhere"}, "/en/status"),
        ({"asks": "elsewhere", "age": "overdue"}, "/en/dashboard"),
        ({"age": "overdue"}, "/en/dashboard"),
        ({"letter": "lost"}, "/en/dashboard"),
        ({"letter": "none"}, "/en/status"),
        ({"visa": "nonimmigrant"}, "/en/guide/about/refused"),
    ):
        assert PRIMARY.findall(visitor.open(address(**{**COMPLETE, **answers})).html) == [leads_to]


@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_chosen_is_told_beside_the_question_which_is_asked_again(visitor, language):
    answered = {}
    for name, code in COMPLETE.items():
        page = visitor.open(f"/{language}/guide?{urlencode({**answered, 'sent': name})}")

        assert len(page.errors) == 1 and page.errors[0]
        assert f'href="#{name}-0">{page.errors[0]}' in page.html and f'id="{name}-error"' in page.html
        assert page.fields == {**answered, "sent": name}
        answered[name] = code


def test_a_page_that_was_only_opened_blames_nobody(visitor):
    assert visitor.open(GUIDE).errors == []


def test_back_keeps_every_answer_and_continue_goes_one_question_on(visitor):
    page = visitor.open(address(**COMPLETE))
    for name in reversed(QUESTIONS):
        page = visitor.open(back(page))
        assert page.fields == {**COMPLETE, "sent": name}
    assert "/en/" in page.links and not any("again=" in link for link in page.links)

    for name in list(QUESTIONS)[1:]:
        page = send(visitor, page)
        assert page.fields == {**COMPLETE, "sent": name}
    assert send(visitor, page).h1 == str(STEPS["in_person"].title)


def test_an_answer_that_is_changed_on_the_way_back_changes_the_end(visitor):
    page = visitor.open(address(**COMPLETE, again="letter"))

    assert send(visitor, page, letter="lost").h1 == str(STEPS["lost"].title)


@pytest.mark.parametrize("value", ["", "x", "immigrant ", "<b>", "\x00", "None"])
def test_a_tampered_answer_is_asked_again(visitor, value):
    for name in QUESTIONS:
        page = visitor.open(address(**{**COMPLETE, name: value}))
        others = {other: code for other, code in COMPLETE.items() if other != name}

        assert page.fields == {**others, "sent": name} and page.errors == []


def test_a_marker_that_points_off_the_way_asks_the_first_open_question(visitor):
    for marker, value in product(("sent", "again"), ("documents", "nothing", "<b>", "")):
        page = visitor.open(address(visa="immigrant", **{marker: value}))

        assert page.fields == {"visa": "immigrant", "sent": "letter"} and page.errors == []


def test_another_language_keeps_what_is_chosen_and_sends_nothing(visitor):
    page = visitor.open(address(visa="immigrant", letter="lost", sent="letter", language_switch="km"))

    assert page.fields == {"visa": "immigrant", "letter": "lost", "sent": "letter"} and page.errors == []


def test_the_guide_keeps_nothing_and_puts_no_token_into_the_address(visitor):
    page = visitor.open(GUIDE)

    assert "csrf_token" not in page.html and '<form method="get"' in page.html
    assert "portal_session" not in str(page.response.headers.getlist("Set-Cookie"))


def test_who_does_not_know_the_date_is_told_where_to_find_the_last_day(visitor):
    assert "Your account will show your last day" in visitor.open(address(**{**COMPLETE, "age": "unknown"})).text
    assert "Your account will show your last day" not in visitor.open(address(**COMPLETE)).text


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_explanation_opens_in_every_language_from_the_contents(visitor, language):
    contents = visitor.open(f"/{language}/guide/about")
    for topic in TOPICS:
        address = f"/{language}/guide/about/{topic}"
        assert address in contents.links
        assert f"/{language}/guide" in visitor.open(address).links


def test_there_is_no_other_explanation(visitor):
    for topic in ("nothing", "topic", "question", "..%2Fbase"):
        visitor.open(f"/en/guide/about/{topic}", status=404)


def test_an_explanation_says_what_it_is_for(visitor):
    for topic, says in (
        ("refused", "will remain in refused status unless the consular officer concludes"),
        ("refused", "Some guides and lawyers"),
        ("processing", "180 days unless it says otherwise"),
        ("processing", "Other guides say 60 days"),
        ("documents", "Do not open it"),
        ("waiver", "There is no waiver for a refusal under section 221(g)"),
        ("returned", "Notice of Intent to Revoke"),
        ("returned", "by the day stated in the notice"),
        ("follow-up", "ask a licensed U.S. attorney"),
    ):
        assert says in visitor.open(f"/en/guide/about/{topic}").text


def test_the_guide_never_uses_the_words_that_the_law_does_not_know(visitor):
    pages = [visitor.open(address(**dict(way))) for way, _step in WAYS]
    pages += [visitor.open(f"/en/guide/about{topic}") for topic in ("", *(f"/{topic}" for topic in TOPICS))]
    pages += [visitor.open(address(**{**COMPLETE, "again": name})) for name in QUESTIONS]

    assert [page.h1 for page in pages if NEVER_SAID.search(page.text)] == []


def test_the_front_page_and_the_status_of_a_refused_case_lead_to_the_guide(visitor):
    case = make_case()

    assert GUIDE in visitor.open("/en/").links
    assert GUIDE in visitor.submit("/en/status", location="PHP", case_number=case.number).links


@pytest.mark.parametrize(
    ("status", "topic"),
    [("refused", "refused"), ("administrative_processing", "processing"), ("returned", "returned"), ("issued", None)],
)
def test_the_story_of_a_case_leads_to_the_explanation_of_its_status(visitor, status, topic):
    account = make_account()
    case = make_case(account, status=status)
    links = signed_in(visitor, account).open(f"/en/cases/{case.public_id}").links

    assert [link for link in links if "/guide/about/" in link] == ([f"/en/guide/about/{topic}"] if topic else [])
