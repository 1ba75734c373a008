"""What the retention feature adds to the portal."""

from portal.features import Feature
from portal.retention import account_routes, routes

FEATURE = Feature(
    blueprints=(
        account_routes.bp,
        routes.bp,
    ),
)
