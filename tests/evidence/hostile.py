"""Files made to do harm, or to take all of a machine: what is refused, with the beginning of the sentence."""

import io
import struct
import zipfile
import zlib

import pypdfium2
from PIL import Image

from tests.evidence.papers import pdf, picture

KIND = "This is not a kind of file that we can show."
BESIDES = "This file contains something besides the document."
PROGRAM = "This PDF contains a program"
DAMAGED = "We could not open this file."
TOO_LARGE = "This picture is too large to open."
TOO_LONG = "Opening this file takes too long."


def with_zip(content):
    """A file that is an archive too."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("run.js", "alert(1)")
    return content + packed.getvalue()


def png_of(width, height):
    """Some bytes that say that they are a picture of so many pixels."""
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + _chunk(b"IHDR", header)
        + _chunk(b"IDAT", zlib.compress(b"\0" * 10_000))
        + _chunk(b"IEND", b"")
    )


def pdf_of(*objects, more=b""):
    """A PDF of these objects, the first of them the catalog."""
    body, places = b"%PDF-1.7\n", []
    for number, content in enumerate(objects, start=1):
        places.append(len(body))
        body += b"%d 0 obj\n%b\nendobj\n" % (number, content)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    end = b"xref\n0 %d\n0000000000 65535 f \n%btrailer\n<</Size %d/Root 1 0 R%b>>\nstartxref\n%d\n%%%%EOF\n"
    return body + end % (len(objects) + 1, table, len(objects) + 1, more, len(body))


def stream(content, more=b""):
    """A stream of a PDF, packed."""
    packed = zlib.compress(content, 9)
    return b"<</Length %d/Filter/FlateDecode%b>>\nstream\n%b\nendstream" % (len(packed), more, packed)


def many_pages(count):
    """A small PDF with many pages."""
    kids = b" ".join([b"3 0 R"] * count)
    page = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]>>"
    return pdf_of(b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Count %d/Kids[%b]>>" % (count, kids), page)


def bomb_of_forms(depth=9, width=12):
    """A PDF whose one page draws a form that draws a form …, some thousand millions in all."""
    resources = b"/Resources<</XObject<</X %d 0 R>>>>"
    page = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]/Contents 4 0 R" + resources % 5 + b">>"
    calls = b"/X Do " * width
    forms = [
        stream(calls, b"/Type/XObject/Subtype/Form/BBox[0 0 200 200]" + resources % (6 + level))
        for level in range(depth)
    ]
    last = stream(b"0 0 m 200 200 l S " * 5000, b"/Type/XObject/Subtype/Form/BBox[0 0 200 200]")
    pages = b"<</Type/Pages/Count 1/Kids[3 0 R]>>"
    return pdf_of(b"<</Type/Catalog/Pages 2 0 R>>", pages, page, stream(calls), *forms, last)


def with_action(action):
    """A PDF that does something when it is opened."""
    page = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]>>"
    return pdf_of(b"<</Type/Catalog/Pages 2 0 R/OpenAction %b>>" % action, b"<</Type/Pages/Count 1/Kids[3 0 R]>>", page)


def hidden_script():
    """A PDF whose script stands in a packed stream of objects."""
    return with_action(b"9 0 R").replace(
        b"%%EOF", stream(b"9 0 <</S/JavaScript/JS(app.alert(1))>>", b"/Type/ObjStm/N 1/First 4") + b"\n%%EOF"
    )


def locked():
    """A PDF that asks for a password: the standard handler with keys that no empty password opens."""
    encrypt = b"/Encrypt<</Filter/Standard/V 1/R 2/O(%b)/U(%b)/P -4>>/ID[(1)(1)]" % (b"o" * 32, b"u" * 32)
    page = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]>>"
    return pdf_of(b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Count 1/Kids[3 0 R]>>", page, more=encrypt)


def progressive(width, height):
    """A JPEG of one color and many pixels, in passes: a decoder holds all of it."""
    out = io.BytesIO()
    Image.new("L", (width, height)).save(out, "JPEG", quality=1, progressive=True)
    return out.getvalue()


def hostile():
    """Every file by name, with the beginning of the sentence that refuses it."""
    one = picture()
    return {
        "page.svg": (b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>", KIND),
        "page.html": (b"<!doctype html><script>alert(1)</script>", KIND),
        "page.gif": (b"GIF89a/*" + b"\0" * 50 + b"*/=alert(1)", KIND),
        "page.tiff": (picture("TIFF"), KIND),
        "page.webp": (picture("WEBP"), KIND),
        "page.zip": (with_zip(b""), KIND),
        "program.exe": (b"MZ" + b"\0" * 500, KIND),
        "words.pdf": (b"This is no PDF.", KIND),
        "late.pdf": (b"\n\n" + pdf(), KIND),
        "archive-too.jpg": (with_zip(one), BESIDES),
        "archive-too.pdf": (with_zip(pdf()), BESIDES),
        "markup-too.jpg": (one[:2] + b"\xff\xfe\x00\x22<script>alert(document.domain)" + one[2:], BESIDES),
        "pdf-too.png": (picture("PNG")[:33] + _chunk(b"tEXt", b"a\0%PDF-1.4") + picture("PNG")[33:], BESIDES),
        "bomb.png": (png_of(60_000, 60_000), TOO_LARGE),
        "thin.png": (png_of(2_000_000_000, 1), TOO_LARGE),
        "less-than-it-says.png": (png_of(4_000, 4_000), DAMAGED),
        "half.jpg": (one[: len(one) // 2], DAMAGED),
        "half.png": (picture("PNG")[:-300], DAMAGED),
        "half.heic": (picture("HEIF")[:-300], DAMAGED),
        "half.pdf": (pdf(2)[:-700], DAMAGED),
        "script.pdf": (with_action(b"<</S/JavaScript/JS(app.alert(1))>>"), PROGRAM),
        "spelled.pdf": (with_action(b"<</S/Java#53cript/J#53(app.alert(1))>>"), PROGRAM),
        "packed.pdf": (hidden_script(), PROGRAM),
        "launch.pdf": (with_action(b"<</S/Launch/F(cmd.exe)>>"), PROGRAM),
        "attached.pdf": (with_action(b"null/Names<</EmbeddedFiles<</Names[]>>>>"), PROGRAM),
        "locked.pdf": (locked(), "This PDF is locked with a password."),
        "pages.pdf": (many_pages(100_000), "This PDF has more than 50 pages."),
        "empty.pdf": (many_pages(0), DAMAGED),
        "forms.pdf": (bomb_of_forms(), TOO_LONG),
        "nothing.jpg": (b"", "This file is empty."),
    }


def _chunk(kind, content):
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


assert pypdfium2.PdfDocument(many_pages(3))
