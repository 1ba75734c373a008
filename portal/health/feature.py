"""What the health feature adds to the portal."""

from portal.features import Feature
from portal.health import routes

FEATURE = Feature(
    blueprints=(routes.bp,),
)
