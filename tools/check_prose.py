"""Words that documents, docstrings and comments avoid: Markdown and Python files are searched for whole words.

Quoted text (code, labels in bold, sentences in quotation marks) is left alone.
"""

import ast
import io
import re
import sys
import tokenize
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
WORDS = {
    "somebody": "someone, or name the person",
    "anybody": "anyone",
    "everybody": "everyone",
    "nobody": "no one",
    "anew": "again, new",
    "deed": "action, change",
    "deeds": "actions, changes",
    "mend": "correct, repair",
    "mended": "corrected, repaired",
    "any more": "no longer",
}
QUOTED = re.compile(r"```.*?```|`[^`]*`|\*\*[^*]+\*\*|“[^”]*”|\"[^\"\n]*\"", re.DOTALL)
ODD = re.compile(rf"\b(?:{'|'.join(WORDS)})\b".replace(" ", r"\s+"), re.IGNORECASE)
FOLDERS = ("docs", "portal", "bench", "tools", "tests", "deploy")
SKIPPED = ("portal/migrations/versions/",)


def main():
    """Print each line with an avoided word; return how many there are."""
    found = [
        f"{path.relative_to(ROOT)}:{fault}"
        for path in files()
        for fault in faults(path.read_text("utf-8"), path.suffix)
    ]
    print("\n".join(found) or "The documents, docstrings and comments are plain.")
    return len(found)


def files():
    """Return the Markdown and Python files of the repository."""
    found = [*ROOT.glob("*.md"), *(path for folder in FOLDERS for path in (ROOT / folder).rglob("*"))]
    paths = sorted(path for path in found if path.suffix in (".md", ".py"))
    return [path for path in paths if not str(path.relative_to(ROOT)).startswith(SKIPPED)]


def faults(text, suffix):
    """Yield a line number and a sentence for each avoided word in the prose of a file."""
    for number, piece in prose(text) if suffix == ".py" else [(1, text)]:
        plain = QUOTED.sub(lambda quoted: "\n" * quoted[0].count("\n"), piece)
        for odd in ODD.finditer(plain):
            line = number + plain.count("\n", 0, odd.start())
            yield f"{line}: “{odd[0]}”: say {WORDS[' '.join(odd[0].lower().split())]}"


def prose(source):
    """Return the docstrings and comments of a Python file, each with its line."""
    kinds = ast.Module | ast.ClassDef | ast.FunctionDef
    found = [
        (node.body[0].lineno, node.body[0].value.value)
        for node in ast.walk(ast.parse(source))
        if isinstance(node, kinds) and ast.get_docstring(node, clean=False)
    ]
    tokens = tokenize.generate_tokens(io.StringIO(source).readline)
    return found + [(one.start[0], one.string) for one in tokens if one.type == tokenize.COMMENT]


if __name__ == "__main__":
    sys.exit(1 if main() else 0)
