"""What the guide feature adds to the portal."""

from portal.features import Feature
from portal.guide import routes

FEATURE = Feature(
    blueprints=(routes.bp,),
)
