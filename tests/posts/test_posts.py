"""The pages on which administrators manage posts."""

import pytest
from sqlalchemy import select

from portal import clock
from portal.database.transactions import session
from portal.journal.journal import Entry
from portal.posts import operations
from portal.posts.models import Post
from portal.posts.operations import AddressMissing, CodeInUse, post_by_code
from tests.factories import make_account, make_case, make_post, signed_in

LIST = "/en/staff/posts/"
BISHKEK = {"code": "bkk ", "country": "KG", "city": "Bishkek", "timezone": "Asia/Bishkek"}
SETTINGS = {
    "address": "Immigrant Visa Unit\n1 Example Street",
    "contact": "",
    "instructions": "",
    "cutoff_hours": "24",
    "reply_days": "5",
    "inquiry_days": "180",
}


@pytest.fixture
def admin(visitor):
    """An administrator's browser."""
    return signed_in(visitor, make_account("administrator"))


def entries():
    return session.scalars(select(Entry).where(Entry.subject == "post").order_by(Entry.id)).all()


def changes():
    return [(entry.action, entry.before, entry.after) for entry in entries()]


def test_a_post_is_added_given_an_address_and_taken_into_service(admin):
    page = admin.submit(f"{LIST}new", **BISHKEK)
    assert page.path == "/en/staff/posts/BKK"
    assert "Not open to applicants" in page.text
    service = {"in_service": "y", "in_person": "y", "languages": "ru, en"}
    assert "Use these codes" in admin.submit(f"{LIST}BKK/service", **service).errors[0]
    service["languages"] = "EN, fr"
    assert "First enter the address" in admin.submit(f"{LIST}BKK/service", **service).errors[0]
    admin.submit(f"{LIST}BKK/settings", **SETTINGS)

    assert "Open to applicants" in admin.submit(f"{LIST}BKK/service", **service).text
    post = post_by_code("BKK")
    assert (post.in_service, post.in_person, post.courier, post.languages) == (True, True, False, "en fr")
    assert [action for action, _before, _after in changes()] == ["post added", "post settings", "post service"]


def test_out_of_service_a_post_takes_no_more_bookings(admin):
    make_post(courier=True)
    admin.submit(f"{LIST}PHP/service", in_service=None)

    session.expire_all()
    assert not post_by_code("PHP").in_service
    assert changes()[-1] == ("post service", {"in_service": True}, {"in_service": False})


def test_a_post_that_cannot_be_is_explained(admin):
    make_post()
    for typed, says in (
        ({"code": "BK"}, "A code has three letters, such as PHP."),
        ({"code": "\u0412\u041a\u041a"}, "A code has three letters, such as PHP."),
        ({"code": "PHP"}, "Another post has this code."),
        ({"country": "XX"}, "Select an option from the list."),
        ({"city": " "}, "Enter the city."),
        ({"timezone": "Asia/Nowhere"}, "There is no such time zone."),
        ({"timezone": "../etc/passwd"}, "There is no such time zone."),
    ):
        assert says in admin.submit(f"{LIST}new", **{**BISHKEK, **typed}).errors[0]
    assert session.query(Post).count() == 1


def test_a_post_is_found_by_code_city_or_country_in_any_writing(admin):
    make_post()
    make_post("BGT", country="CO", city="Bogotá", timezone="America/Bogota", in_service=False)

    for text in ("bgt", "bogota", "BOGOTÁ", "colom"):
        found = admin.open(f"{LIST}?text={text}")
        assert "Posts found: 1" in found.text
        assert "BGT" in found.text
    assert "PHP" in admin.open(f"{LIST}?service=yes").text
    assert "PHP" not in admin.open(f"{LIST}?service=no").text
    assert "Posts found: 0" in admin.open(f"{LIST}?text=nowhere").text


def test_code_country_and_city_are_corrected_and_noted_r6(admin):
    make_post()
    page = admin.submit(f"{LIST}PHP/correct", code="PNH", city="Phnum Pénh")

    assert page.path == "/en/staff/posts/PNH"
    correction = ({"code": "PHP", "city": "Phnom Penh"}, {"code": "PNH", "city": "Phnum Pénh"})
    assert changes() == [("post changed", *correction)]


def test_a_code_that_stands_on_papers_stays(admin):
    make_case()

    assert "the code cannot be changed" in admin.submit(f"{LIST}PHP/correct", code="PNH").errors[0]
    assert "The post has been saved." in admin.submit(f"{LIST}PHP/correct", code="PHP", city="Phnum Penh").text


def test_the_code_of_another_post_cannot_be_taken(admin):
    make_post()
    make_post("BKK", in_service=False)

    assert "Another post has this code." in admin.submit(f"{LIST}BKK/correct", code="PHP").errors[0]


def test_saving_what_is_there_already_notes_nothing(admin):
    make_post()
    for page in ("correct", "service", "settings"):
        admin.submit(f"{LIST}PHP/{page}")

    assert entries() == []


def test_a_post_that_is_not_there_is_not_found(admin):
    for page in ("", "/settings", "/service", "/correct", "/zone"):
        admin.open(f"{LIST}ZZZ{page}", status=404)


def test_rules_about_posts_are_kept_below_the_pages_too(app):
    post = make_post(address="")
    make_account("desk", post)
    session.add(Entry(at=clock.now(), actor="x", action="x", subject="account", subject_id=1, post_id=post.id))
    session.flush()

    with pytest.raises(AddressMissing):
        operations.change_service(post, {"in_service": True}, "command", clock.now())
    with pytest.raises(CodeInUse):
        operations.correct_post(post, {"code": "PNH", "country": "KH", "city": "x"}, "command", clock.now())
