"""The application, for a server and for `flask --app wsgi`."""

from portal import create_app
from portal.config import SettingsError

try:
    app = create_app()
except SettingsError as error:
    raise SystemExit(str(error)) from None
