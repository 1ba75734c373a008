"""The parts of a workbook other than its sheets: the list of sheets, shared texts, number formats."""

import posixpath
import re

from .cells import BUILT_IN, DAY_ZERO, DAY_ZERO_1904, Book
from .sheets import Unreadable, local, parse

CONTENT_TYPES = "[Content_Types].xml"
MAIN_TYPE = re.compile(r"(sheet|template|macroEnabled)\.main\+xml")


class Package:
    """The parts of a workbook other than its sheets."""

    def __init__(self, packed):
        self._packed = packed
        types: list[str] = []
        self._walk(CONTENT_TYPES, lambda _name, attributes: types.append(attributes.get("ContentType", "")))
        if not any(MAIN_TYPE.search(one) for one in types):
            raise Unreadable("no workbook")
        self._main = next(path for path, kind in self._related("").values() if kind == "officeDocument")
        self._related_to_main = self._related(self._main)
        self._ids: list[tuple[str, str]] = []
        self._day_zero = DAY_ZERO
        self._walk(self._main, self._workbook)

    def sheets(self):
        """Yield the name and the path of each sheet with cells."""
        if not self._ids:
            raise Unreadable("no sheet")
        for name, number in self._ids:
            path, kind = self._related_to_main[number]
            if kind == "worksheet":
                yield name, path

    def book(self):
        """Return what the cells refer to."""
        return Book(self._texts(), self._formats(), self._day_zero)

    def _workbook(self, name, attributes):
        if name == "sheet":
            self._ids.append((attributes["name"], local(attributes, "id")))
            int(attributes["sheetId"])
        elif name == "workbookPr" and attributes.get("date1904") in ("1", "true"):
            self._day_zero = DAY_ZERO_1904

    def _related(self, path):
        """Return the path and the kind of each part that a part refers to, by id."""
        folder, name = posixpath.split(path)
        found: dict[str, tuple[str, str]] = {}

        def relation(name, attributes):
            if name == "Relationship" and attributes.get("TargetMode") != "External":
                target = posixpath.normpath(posixpath.join("/", folder, attributes["Target"])).lstrip("/")
                found[attributes["Id"]] = (target, attributes["Type"].rpartition("/")[2])

        self._walk(posixpath.join(folder, "_rels", f"{name}.rels"), relation)
        return found

    def _part(self, kind):
        return next((path for path, is_of in self._related_to_main.values() if is_of == kind), None)

    def _texts(self):
        path = self._part("sharedStrings")
        if path is None:
            return []
        found: list[str] = []
        parts: list[str] = []
        inside: list[str] = []

        def start(name, _attributes):
            inside.append(name)
            if name == "si":
                parts.clear()

        def end(name):
            inside.pop()
            if name == "si":
                found.append("".join(parts))

        def text(characters):
            if inside[-1] == "t" and "rPh" not in inside:
                parts.append(characters)

        self._walk(path, start, end, text)
        return found

    def _formats(self):
        """Return the number format of each style that cells can have."""
        path = self._part("styles")
        if path is None:
            return []
        own: dict[str, str] = {}
        styles: list[str] = []
        inside: list[str] = []

        def start(name, attributes):
            inside.append(name)
            if name == "numFmt" and "numFmts" in inside:
                own[attributes["numFmtId"]] = attributes["formatCode"]
            elif name == "xf" and "cellXfs" in inside:
                styles.append(attributes.get("numFmtId", "0"))

        self._walk(path, start, lambda _name: inside.pop())
        return [own.get(number) or BUILT_IN.get(int(number), "") for number in styles]

    def _walk(self, path, start, end=None, text=None):
        with self._packed.open(path) as stream:
            for _piece in parse(stream, start, end, text):
                pass
