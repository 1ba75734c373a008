"""Several hundred hostile values. Whatever is made of one identifies itself by MARK."""

import json
from pathlib import Path

FILE = Path(__file__).with_suffix(".jsonl")
MARK = "zq9"
SUM = "1343433"  # what a template would make of 191919*7

# Long values, unsuitable for a file; the short ones are in hostile.jsonl, one a line.
_HUGE = [
    *(letter * count for letter, count in (("x", 201), ("x", 2_001), ("x", 70_000), ("0", 70_000), ("9", 400))),
    *(letter * 10_000 for letter in (" ", "\n", "ក")),
    *(letters * 5_000 for letters in ("<zq9>", "'", "%", "(", '{"a":', "1 ", "a@", "\u202e", "[", "0")),
    *(letters * 200 for letters in ("A.", "AAAA", "+", "ﷺ", "\u0e33")),
    "e" + "\u0301" * 200,
    "a" * 40 + "!" * 5_000,
    "a" * 65 + "@example.org",
    "a@" + "b" * 250 + ".org",
    "2026AS" + "0" * 100 + "1",
    "aA1!" * 32,
    ",".join(["09:00"] * 200),
    "\ud800",
    "x\udfff",
    "",
    " ",
]
VALUES = tuple(dict.fromkeys([*map(json.loads, FILE.read_text(encoding="ascii").splitlines()), *_HUGE]))
# Bytes that are no text at all, in the encoding of a submitted form.
BROKEN = [
    b"%ff%fe",
    b"%c3%28",
    b"%ed%a0%80",
    b"%f8%a1%a1%a1%a1",
    b"%c0%ae%c0%ae%2f",
    b"%e2%82",
    b"%",
    b"%zz",
    b"%u003czq9%u003e",
    b"\xff\xfe",
    b"\x80",
    b"%00",
    b"%0d%0aX-Zq9:%201",
    b"a;b",
    b"%f4%90%80%80",
]
FILE_NAMES = (
    "../../x.csv",
    "x.csv\x00.html",
    "<zq9>.csv",
    "x\r\nX-Zq9: 1.csv",
    "a" * 300 + ".csv",
    "",
    "=1.xlsx",
    "CON",
)
FILES = (
    b"",
    b"\x00" * 1000,
    b"\xff\xfe\x00",
    b"PK\x03\x04" + b"\x00" * 200,
    b"post,case_number\r\n<zq9>,=1+1\r\n",
    b'"' * 1000,
    b"a," * 20_000,
    b"\n" * 5_000,
    b"<!DOCTYPE x [<!ENTITY zq9 SYSTEM 'file:///etc/passwd'>]><x>&zq9;</x>",
)
CONTENT_TYPES = (
    "application/json",
    "text/plain",
    "text/xml",
    "multipart/form-data",
    "multipart/form-data; boundary=",
    "multipart/form-data; boundary=" + "x" * 300,
    "application/x-www-form-urlencoded; charset=utf-16",
    "application/octet-stream",
    "x",
    "",
    "\xff",
)
