"""The application, for a server and for `flask --app wsgi`."""

from portal import create_app, logs, serving
from portal.config import SettingsError

logs.begin()
try:
    app = create_app()
except SettingsError as error:
    raise SystemExit(str(error)) from None
if serving.is_command():
    from portal import commands  # a server needs none of what they stand on

    commands.init_app(app)
else:
    serving.begin(app)
