"""The portal without the dummy hash: for a measurement that must then notice which names have an account.

Nothing else differs. Served in place of wsgi:app by measurements only.
"""

from portal import create_app
from portal.accounts import passwords

_fits = passwords.fits


def fits_at_once(password, password_hash):
    """Return False at once if there is no such account: the mistake that fits does not make."""
    return password_hash is not None and _fits(password, password_hash)


passwords.fits = fits_at_once
app = create_app()
