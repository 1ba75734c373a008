"""Files as people send them: a photograph, a scan, a PDF of some pages; and where they are sent."""

import io

import pillow_heif
from PIL import Image, ImageDraw

from tests.factories import make_account, make_case, make_post, signed_in

pillow_heif.register_heif_opener()


def picture(kind="JPEG", words="page", size=(600, 800), **options):
    """A picture with words on it, as the bytes of a file."""
    made = Image.new("RGB", size, "white")
    ImageDraw.Draw(made).text((40, 40), words, fill="black")
    out = io.BytesIO()
    made.save(out, kind, **options)
    return out.getvalue()


def pdf(pages=1, words="page"):
    """A PDF of some pages."""
    made = [Image.open(io.BytesIO(picture(words=f"{words} {number}"))) for number in range(pages)]
    out = io.BytesIO()
    made[0].save(out, "PDF", save_all=True, append_images=made[1:])
    return out.getvalue()


def file(content, name="scan.jpg"):
    """A file as the test client sends it."""
    return io.BytesIO(content), name


def holder(visitor, **cells):
    """Let a visitor be logged in as who holds a case that is to be answered with files; return the case."""
    account = make_account()
    case = make_case(account, **{"respond_by": "electronic", **cells})
    signed_in(visitor, account)
    return case


def officer(visitor, role="officer"):
    """Let a visitor be logged in as staff of the post."""
    return signed_in(visitor, make_account(role, make_post()))


def listing(case):
    """The address of the list of documents."""
    return f"/en/evidence/{case.public_id}/files"


def pages_of(case, place=0):
    """The address of the pages of a document of a case."""
    return f"/en/evidence/{case.public_id}/documents/{case.refusals[0].items[place].id}/pages"


def add(visitor, case, *files, place=0):
    """Add files to a document of a case; return the page that answers."""
    return visitor.submit(pages_of(case, place), files=list(files))


def send(visitor, case):
    """Press Send."""
    return visitor.submit(listing(case))
