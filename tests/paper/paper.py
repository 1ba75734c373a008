"""Checking PDFs with independent programs: poppler for their content, zxing for their codes."""

import re
import subprocess

import zxingcpp
from PIL import Image


def facts(path):
    """What pdfinfo says of a PDF, by name."""
    lines = _run("pdfinfo", path).splitlines()
    return {name: value.strip() for name, _, value in (line.partition(":") for line in lines)}


def unembedded_fonts(path):
    """The fonts of a PDF that are not inside it; and at least one is."""
    lines = _run("pdffonts", path).splitlines()[2:]
    assert lines
    return [line for line in lines if not re.search(r"\syes\s+(yes|no)\s+(yes|no)\s+\d+", line)]


def text_of(path):
    """The text of a PDF, in one line."""
    return " ".join(_run("pdftotext", "-layout", path, "-").split())


def lines_of(path):
    """The text of a PDF, line by line, without the direction marks that poppler inserts."""
    lines = _run("pdftotext", "-layout", path, "-").splitlines()
    return [re.sub("[\u202a-\u202e]", "", line).strip() for line in lines]


def picture_of(path, dots):
    """The first page of a PDF as a grey picture, in dots per inch."""
    base = path.with_suffix("")
    _run("pdftoppm", "-gray", "-png", "-singlefile", "-r", str(dots), path, base)
    with Image.open(base.with_suffix(".png")) as picture:
        return picture.copy()


def codes_in(picture):
    """The content of the QR codes in a picture."""
    return [found.text for found in zxingcpp.read_barcodes(picture)]


def _run(*command):
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout
