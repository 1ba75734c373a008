"""What the posts feature adds to the portal."""

from portal.features import Feature, StaffPage
from portal.i18n.locale import _l
from portal.posts import staff_routes

FEATURE = Feature(
    blueprints=(staff_routes.bp,),
    messages={
        "settings_saved": _l("The settings have been saved."),
        "post_saved": _l("The post has been saved."),
    },
    staff_pages=(
        StaffPage(("supervisor",), "post_settings.change", _l("Settings of your post")),
        StaffPage(("administrator",), "post_settings.list_posts", _l("Posts")),
    ),
)
