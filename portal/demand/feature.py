"""What the demand feature adds to the portal."""

from portal.demand import routes
from portal.features import Feature, StaffPage
from portal.i18n.locale import _l

FEATURE = Feature(
    blueprints=(routes.bp,),
    staff_pages=(StaffPage(("scheduler",), "demand.show", _l("Demand")),),
)
