"""The application, for a server and for `flask --app wsgi`."""

import gc

gc.disable()  # imported objects are never garbage, and looking for some takes a sixth of the time of a start

from portal import create_app, process
from portal.observability import logs
from portal.settings.settings import SettingsError

logs.begin()
try:
    app = create_app()
except SettingsError as error:
    raise SystemExit(str(error)) from None
if not process.is_command():
    process.begin(app)
gc.freeze()
gc.enable()
