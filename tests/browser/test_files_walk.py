"""Documents sent as files in a browser: by a script with progress, over a line that breaks off, without a script."""

import pytest

from tests.browser.people import answer_steps, sign_up
from tests.evidence.papers import pdf, picture

ADD = "main form .actions button"


@pytest.fixture
def pages(server, browser):
    """Open a browser, narrow as a phone, at the documents of a family that answers with files."""
    opened = []

    def page_of(family, **how):
        reader, address = sign_up(server), f"http://localhost:{server.port}"
        case = answer_steps(reader, family).split("/")[3]
        opened.append(browser.new_context(viewport={"width": 320, "height": 640}, base_url=address, **how))
        cookies = [{"name": name, "value": value, "url": address} for name, value in reader.cookies.items()]
        opened[-1].add_cookies(cookies)
        page = opened[-1].new_page()
        page.goto(f"/en/evidence/{case}/files")
        page.click("text=Add pages >> nth=0")
        return page

    yield page_of
    for one in opened:
        one.close()


def named(name, content):
    return {"name": name, "mimeType": "application/octet-stream", "buffer": content}


def test_each_file_goes_by_itself_and_one_that_is_refused_does_not_lose_the_others(pages):
    holder = pages("sends files")
    holder.set_input_files(
        "#files", [named("one.jpg", picture()), named("no.svg", b"<svg/>"), named("two.pdf", pdf(2))]
    )
    holder.click(ADD)
    holder.wait_for_selector("#sending a:visible")

    told = holder.inner_text("#sending")
    assert "This is not a kind of file that we can show." in told and told.count("Added") == 2
    assert holder.evaluate("document.documentElement.scrollWidth") == 320
    holder.click("text=Show the pages that arrived")
    holder.wait_for_selector("text=What we received")
    assert holder.locator(".pages img").count() == 3


def test_a_line_that_breaks_off_is_said_and_only_what_did_not_arrive_is_sent_again(pages):
    holder, broken = pages("breaks off"), []

    def cut_once(route):
        if route.request.method == "POST" and not broken:
            broken.append(route)
            return route.abort()
        return route.continue_()

    holder.route("**/pages", cut_once)
    holder.set_input_files("#files", [named("one.jpg", picture()), named("two.jpg", picture(words="two"))])
    holder.click(ADD)
    holder.wait_for_selector("#sending a:visible")
    assert "This file did not arrive. The others are not lost." in holder.inner_text("#sending")

    with holder.expect_navigation():
        holder.click("text=Send again what did not arrive")

    assert holder.locator(".pages img").count() == 2


def test_without_a_script_the_form_does_the_same(pages):
    page = pages("sends files without a script", java_script_enabled=False)
    page.set_input_files("#files", [named("one.jpg", picture()), named("two.heic", picture("HEIF"))])
    page.click(ADD)
    page.click("main .actions a.primary")
    page.click(ADD)

    assert "We have your documents. Your document receipt is below." in page.inner_text("main")
