"""What the staff feature adds to the portal."""

from portal.features import Feature
from portal.staff import routes

FEATURE = Feature(
    blueprints=(routes.bp,),
)
