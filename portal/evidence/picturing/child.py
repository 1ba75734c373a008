"""Makes pictures of one file from standard input, in a process with bounds, and writes them to standard output.

Each page is a line of JSON, then the bytes of two JPEGs: the page, and the page in small. Nothing of the file gets
into them but what can be seen: no place, no name, no program.
"""

import io
import json
import os
import resource
import sys

import pillow_heif
import pypdfium2
from PIL import Image, ImageOps

from .kinds import HEIC, JPEG, PDF, Refused, kind_of, require_no_program, require_one_kind, require_whole_pdf

LESS_URGENT = 10  # than requests, on a machine with few processors
FORMATS = {"jpeg": "JPEG", "png": "PNG", "heic": "HEIF"}
POINTS_AN_INCH, DOTS_AN_INCH = 72, 200


def main():
    """Make pictures of the file that is standard input; the first argument is the question, as JSON."""
    question = json.loads(sys.argv[1])
    os.nice(LESS_URGENT)
    resource.setrlimit(resource.RLIMIT_AS, (question["memory_bytes"], question["memory_bytes"]))
    resource.setrlimit(resource.RLIMIT_CPU, (question["cpu_seconds"], question["cpu_seconds"] + 1))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    try:
        _tell(question)
    except Refused as refusal:
        _say({"refused": str(refusal)})
    except MemoryError:
        _say({"refused": "too_much"})
    except BrokenPipeError:
        return
    except Exception:  # whatever a library says of a file that it cannot read
        _say({"refused": "unreadable"})


def _tell(question):
    data = sys.stdin.buffer.read()
    kind = kind_of(data)
    require_one_kind(data, kind)
    pages = _pages_of_pdf(data, question) if kind == PDF else _page_of_picture(data, kind, question)
    number = 0
    for number, picture in enumerate(pages, start=1):
        large, small = _as_jpeg(picture, question["longest"]), _as_jpeg(picture, question["longest_small"])
        _say({"page": number, "bytes": len(large), "small": len(small)}, large, small)
    _say({"end": number, "kind": kind})


def _pages_of_pdf(data, question):
    require_whole_pdf(data)
    require_no_program(data)
    try:
        document = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        is_locked = getattr(error, "err_code", None) == pypdfium2.raw.FPDF_ERR_PASSWORD
        raise Refused("password" if is_locked else "unreadable") from error
    if not 0 < len(document) <= question["most_pages"]:
        raise Refused("pages" if len(document) else "unreadable")
    document.init_forms()  # what was typed into the fields of a form is seen too
    for number in range(len(document)):
        page = document[number]
        scale = min(question["longest"] / max(*page.get_size(), 1), DOTS_AN_INCH / POINTS_AN_INCH)
        bitmap = page.render(scale=scale, rev_byteorder=True)
        yield bitmap.to_pil().convert("RGB")
        bitmap.close()
        page.close()


def _page_of_picture(data, kind, question):
    if kind == HEIC:
        pillow_heif.options.DECODE_THREADS = 1
        pillow_heif.register_heif_opener(thumbnails=False)
    Image.MAX_IMAGE_PIXELS = None  # what is asked below says it in our words
    picture = Image.open(io.BytesIO(data), formats=[FORMATS[kind]])
    if picture.width * picture.height > question["most_pixels"][kind]:
        raise Refused("pixels")
    if kind == JPEG:
        picture.draft("RGB", (question["longest"], question["longest"]))
    picture.load()
    yield _on_white(ImageOps.exif_transpose(picture))


def _on_white(picture):
    """Return a picture in plain colors; what is transparent is white, as paper."""
    if picture.mode in ("RGBA", "LA", "PA") or "transparency" in picture.info:
        over = picture.convert("RGBA")
        paper = Image.new("RGB", over.size, "white")
        paper.paste(over, mask=over.getchannel("A"))
        return paper
    if picture.mode.startswith("I"):
        return picture.point(lambda value: value / 256).convert("L").convert("RGB")
    return picture.convert("RGB")


def _as_jpeg(picture, longest):
    made = picture.copy()
    made.thumbnail((longest, longest))
    out = io.BytesIO()
    made.save(out, "JPEG", quality=80)
    return out.getvalue()


def _say(told, *parts):
    out = sys.stdout.buffer
    out.write(json.dumps(told).encode() + b"\n")
    for part in parts:
        out.write(part)
    out.flush()
