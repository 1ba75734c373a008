"""The page on which someone chooses the agency where a package is handed back, first or later."""

from flask import render_template, request

from portal.courier import agencies

LAST_STEP = 6
SEEN_AT_ONCE = 8


def agency_page(case, form, submission=None):
    """Return the page for a case; submission: the package whose agency is changed."""
    every, city = agencies.agencies_of(case.post_id), request.args.get("city", "").strip()
    found = agencies.in_city(every, city)
    return render_template(
        "courier/agency.html",
        case=case,
        form=form,
        submission=submission,
        agencies=found or every,
        city=city,
        is_searchable=len(every) > SEEN_AT_ONCE,
        is_elsewhere=not found,
        step=4,
        steps=LAST_STEP,
    )
