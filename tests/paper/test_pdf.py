"""The confirmation page as PDF: complete, accessible, legible for people and scanners."""

import re
from concurrent.futures import ThreadPoolExecutor

import pytest
from PIL import Image

from portal.appointments import appointment_papers
from portal.i18n.locale import LANGUAGES, gettext, in_language
from portal.paper import pdf, tokens
from tests.factories import make_account, signed_in
from tests.paper.paper import codes_in, facts, lines_of, picture_of, text_of, unembedded_fonts
from tests.paper.people import booked

PHONE_PIXELS = 360


@pytest.fixture
def print_of(tmp_path):
    """Call it to write an appointment's PDF in a language; returns its path."""

    def write(appointment, language="en"):
        with in_language(language):
            path = tmp_path / f"{language}.pdf"
            path.write_bytes(appointment_papers.confirmation_pdf(appointment))
        return path

    return write


def test_the_page_is_one_accessible_a4_in_every_language(app, print_of):
    appointment = booked()
    for language in LANGUAGES:
        path = print_of(appointment, language)
        with in_language(language):
            title = gettext("Appointment Confirmation Page")
        known = facts(path)
        assert (known["Title"], known["Tagged"], known["Pages"]) == (title, "yes", "1"), language
        assert "(A4)" in known["Page size"]
        assert unembedded_fonts(path) == []
        assert codes_in(picture_of(path, 110)) == [f"HTTP://LOCALHOST:8000/V/{appointment_papers.code_of(appointment)}"]


def test_a_code_is_read_from_a_print_that_is_skew_small_or_coarse(app, print_of):
    appointment = booked()
    path = print_of(appointment, "km")
    coarse, fine = picture_of(path, 110), picture_of(path, 200)
    phone = fine.resize((PHONE_PIXELS * 2, PHONE_PIXELS * 2 * fine.height // fine.width))
    pictures = {
        "turned by 7 degrees": coarse.rotate(7, Image.Resampling.BICUBIC, expand=True, fillcolor=255),
        "upside down": coarse.rotate(180),
        "on a telephone": phone,
    }

    for name, picture in pictures.items():
        read = codes_in(picture)
        assert len(read) == 1, name
        assert tokens.read(read[0].rpartition("/")[2]).reference == appointment.reference, name


@pytest.mark.parametrize("language", LANGUAGES)
def test_eight_travellers_and_fifteen_documents_take_two_pages_at_most(app, print_of, language):
    path = print_of(booked(travellers=8, documents=15), language)

    assert int(facts(path)["Pages"]) <= 2
    assert text_of(path).count("Child 7 Sok") == 1


@pytest.mark.parametrize(
    "names",
    [
        {"surname": "សុខ", "given_names": "ដារា"},
        {"surname": "الأحمد", "given_names": "محمد"},
        {"surname": "王", "given_names": "小明"},
        {"surname": "สมชาย", "given_names": "🙂"},
        {"surname": "Sok", "given_names": ""},
        {"surname": "X" * 60, "given_names": "Y" * 60},
        {"surname": '#image("/etc/passwd")', "given_names": "*_$[<`"},
    ],
)
def test_no_name_costs_the_page(app, print_of, names):
    appointment = booked(**names)
    for language in ("en", "ar"):
        assert facts(print_of(appointment, language))["Pages"] == "1"


# A surname of each left-to-right script in the list of posts. Poppler reads Khmer twice.
NAMES = (
    "Хачатурян Өлзий",
    "Γεωργίου",
    "Nguyễn",
    "王小明",
    "陳水扁",
    "さくら 髙橋",
    "김철수",
    "สมชาย ใจดี",
    "ວົງສາ",
    "အောင်ဆန်းစုကြည်",
    "राजेन्द्र श्रेष्ठ",
    "শেখ মুজিবুর",
    "ਗੁਰਪ੍ਰੀਤ ਸਿੰਘ",
    "નરેન્દ્ર",
    "தமிழ்ச்செல்வி கிருஷ்ணன்",
    "వెంకటేశ్వర్లు",
    "ಸಿದ್ದರಾಮಯ್ಯ",
    "ശ്രീകുമാർ",
    "ශ්‍රීමාවෝ බණ්ඩාරනායක",
    "ପଟ୍ଟନାୟକ",
    "ኃይለ ሥላሴ",
    "ბერიძე",
    "Խաչատրյան",
    "ⴰⵎⵣⵉⵖ",
)
FROM_THE_RIGHT = ("דוד בן־גוריון", "محمد الأحمد", "ߞߊ߲ߕߍ")
UNSEEN = re.compile("[\u202a-\u202e\u2066-\u2069\\s]")


def printed_name(appointment, print_of, name):
    """The line of a PDF with the traveler's name; the PDF standard refuses a page with an empty glyph."""
    appointment.case.principal.surname, appointment.case.principal.given_names = name, ""
    return next(line for line in lines_of(print_of(appointment)) if line.startswith("Travelers"))


def test_a_name_in_each_script_of_the_posts_is_printed_and_read_as_it_was_typed(app, print_of):
    appointment = booked()
    for name in NAMES:
        assert printed_name(appointment, print_of, name).removeprefix("Travelers").strip() == name


def test_a_name_written_from_the_right_has_all_its_letters(app, print_of):
    appointment = booked()
    for name in FROM_THE_RIGHT:
        line = printed_name(appointment, print_of, name).removeprefix("Travelers")
        assert sorted(UNSEEN.sub("", line)) == sorted(UNSEEN.sub("", name))


@pytest.mark.parametrize("language", ["en", "km"])
def test_where_a_name_has_letters_that_no_font_has_the_page_says_so_and_shows_no_question_mark(app, print_of, language):
    written = text_of(print_of(booked(surname="Sok 🙂🙂", given_names="Dara"), language))

    assert "Dara Sok …" in written and "?" not in written
    assert "Some letters in this name cannot be printed. They are in the passport." in written


def test_the_standard_refuses_a_page_with_a_glyph_that_no_font_has(app, monkeypatch):
    monkeypatch.setattr(pdf, "printable", lambda text: text)

    with pytest.raises(Exception, match="could not be displayed"):
        pdf.confirmation_page(appointment_papers.confirmation(booked(surname="🙂")))


def test_a_name_is_text_and_never_markup(app, print_of):
    written = text_of(print_of(booked(surname="#text(red)[x]", given_names="*bold* $x$")))

    assert "*bold* $x$ #text(red)[x]" in written


def test_the_pdf_says_what_the_page_says(app, visitor, print_of):
    account = make_account()
    appointment = booked(account, travellers=2, documents=4)
    page = signed_in(visitor, account).open(f"/en/appointments/{appointment.reference}/print")
    written = text_of(print_of(appointment))

    main = page.html.partition("<main")[2].partition('<div class="no-print">')[0]
    said = re.findall(r"[\w()-]{3,}", re.sub(r"<title>.*?</title>|<[^>]*>", " ", "<main" + main))
    assert len(said) > 60
    assert [word for word in said if word not in written] == []


def test_the_page_of_a_cancelled_appointment_says_so_and_has_no_code(app, print_of):
    appointment = booked()
    appointment.state = "cancelled"
    path = print_of(appointment)

    assert "This appointment has been canceled." in text_of(path)
    assert codes_in(picture_of(path, 110)) == []


def test_many_threads_make_pages_at_once(app):
    data = appointment_papers.confirmation(booked())

    with ThreadPoolExecutor(4) as threads:
        made = list(threads.map(lambda _number: pdf.confirmation_page(data), range(24)))

    assert all(page.startswith(b"%PDF") for page in made)
