"""What passkeys adds to the portal."""

from portal.features import Feature
from portal.i18n.locale import _l
from portal.passkeys import routes, staff_routes
from portal.passkeys.models import Passkey

FEATURE = Feature(
    blueprints=(
        routes.bp,
        staff_routes.bp,
    ),
    messages={
        "passkey_added": _l("The passkey is added. You can log in with it from now on."),
        "passkey_removed": _l(
            "The passkey is removed, and other devices are logged out. Delete it on your device too."
        ),
        "factor_reset": _l("The second step is reset. The next log-in with the password sets it up anew."),
    },
    recorded={Passkey: "passkey added"},
)
