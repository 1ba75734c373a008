"""What the search of staff adds to the portal."""

from portal.features import Feature, StaffPage
from portal.i18n.locale import _l
from portal.staff.find import routes

FEATURE = Feature(
    blueprints=(routes.bp,),
    staff_pages=(StaffPage(("desk",), "find.ask", _l("Find a case")),),
    left_out={
        "name_word": "the words of the names that are in the file as a whole",
        "staff_search": "what a member of staff searched for, deleted when the session ends",
    },
)
