"""What the home feature adds to the portal."""

from portal.features import Feature
from portal.home import credential_routes, retrieval_routes, routes

FEATURE = Feature(
    blueprints=(
        credential_routes.bp,
        retrieval_routes.bp,
        routes.bp,
    ),
)
