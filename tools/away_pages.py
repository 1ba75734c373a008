"""Write the pages that a web server shows while the portal is away: static/away/<code>.<language>.html.

They have the texts of the portal's own plain page, from the same catalogues.
"""

import sys
import tempfile
from pathlib import Path

from flask import render_template

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from portal import create_app  # noqa: E402 (the portal is not installed)
from portal.i18n.locale import LANGUAGES, in_language  # noqa: E402
from portal.settings.settings import settings_from, write_secrets  # noqa: E402
from portal.web.errors import HELP, TITLES  # noqa: E402

CODES = (400, 413, 429, 503)


def main(folder):
    """Write a page for each code in each language into a folder."""
    folder.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as instance:
        write_secrets(instance)
        app = create_app(settings_from({}, instance))
    for language in LANGUAGES:
        with app.test_request_context(f"/{language}/"), in_language(language):
            for code in CODES:
                texts = {"code": code, "title": TITLES[code], "help": HELP[code], "demonstration": False}
                page = render_template("errors/plain.html", is_static=True, **texts)
                (folder / f"{code}.{language}.html").write_text(page + "\n", encoding="utf-8")
    app.extensions["engine"].dispose()


if __name__ == "__main__":
    main(ROOT / "static" / "away")
