"""What the passkeys feature adds to the portal."""

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
        "passkey_added": _l("The passkey has been added. You can now log in with it."),
        "passkey_removed": _l(
            "The passkey has been removed, and your other devices have been signed out. Delete the passkey on "
            "your device too."
        ),
        "factor_reset": _l("The second step has been reset. The person will set it up again at the next login."),
    },
    recorded={Passkey: "passkey added"},
)
