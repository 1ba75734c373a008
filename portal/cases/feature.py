"""What the cases feature adds to the portal."""

from portal.cases import case_data, officer_routes, staff_routes, status_routes
from portal.cases.finding import desk_routes, requests
from portal.cases.finding.models import CaseRequest
from portal.cases.importing import corrections
from portal.cases.importing import routes as importing_routes
from portal.cases.models import Case
from portal.cases.refusals import routes as refusals_routes
from portal.features import Feature, Notice, StaffPage
from portal.i18n.locale import _l, gettext_noop

FEATURE = Feature(
    blueprints=(
        desk_routes.bp,
        importing_routes.bp,
        officer_routes.bp,
        refusals_routes.bp,
        staff_routes.bp,
        status_routes.bp,
    ),
    messages={
        "asked": _l("We have sent your answers to the Embassy. We will tell you here when your case is found."),
        "answered": _l("The request has been answered. The applicant will see the answer on the dashboard."),
        "stored": _l("The case has been saved."),
        "answer_recorded": _l("Your answer is recorded. We told the person who holds the case."),
        "overcome": _l(
            "The refusal is overcome. Now decide the application again: set the status, or enter a new refusal."
        ),
        "note_written": _l("The note is saved."),
        "stage_recorded": _l("The stage is recorded. We told the person who holds the case."),
        "stage_withdrawn": _l("The stage is taken back."),
        "passport_asked": _l("We asked the person for the passport."),
        "passport_withdrawn": _l("The passport is no longer asked for."),
        "word_added": _l("The status word has been added."),
        "asked_before": _l(
            "You have already asked the Embassy with other details, and it is searching with those. The details"
            " you gave now have not been added. If the first details were wrong, tell the Embassy when it "
            "replies."
        ),
    },
    staff_pages=(
        StaffPage(
            ("desk",), "cases.queue", _l("Requests to find a case"), requests.number_waiting, requests.waiting_since
        ),
        StaffPage(("officer",), "cases.conflicts", _l("Differences from the case file"), corrections.conflicts_waiting),
        StaffPage(("officer",), "case_import.upload", _l("Import cases")),
        StaffPage(("officer",), "cases.add", _l("Add a case")),
        StaffPage(("officer",), "statuses.words", _l("Words of your post")),
    ),
    left_out={
        "case_note": "a note that officers write for each other; no page shows it to the person",
        "correction": "what staff note for themselves: where the case file differs from what they corrected",
        "former_passport": "the digest of a number; the number is not kept",
    },
    notices={
        "case_found": Notice(gettext_noop("The Embassy found your case %(end)s. See your next step below.")),
        "case_moved_here": Notice(gettext_noop("Case %(end)s was moved from another account to yours.")),
        "case_moved_away": Notice(
            gettext_noop(
                "Case %(end)s was moved to another account, by letter code or by the Embassy. If you did not ask for "
                "this, go to the Embassy with your letter and passport."
            )
        ),
        "status_changed": Notice(gettext_noop("The status of case %(end)s has changed.")),
        "refusal_changed": Notice(
            gettext_noop("An officer changed a date or a document of case %(end)s. See what holds now.")
        ),
        "invited": Notice(
            gettext_noop("The Embassy invites you to come in person for case %(end)s. You can book an appointment now.")
        ),
        "invitation_over": Notice(
            gettext_noop("The invitation to come in person for case %(end)s is taken back. See your next step below.")
        ),
        "passport_asked": Notice(
            gettext_noop(
                "We need a passport to continue with case %(end)s. This is not a decision. See your next step below."
            )
        ),
        "passport_not_needed": Notice(gettext_noop("We no longer need the passport we asked for in case %(end)s.")),
        "petition_stage": Notice(
            gettext_noop("There is news about the petition of case %(end)s. See the next step below.")
        ),
        "case_not_found": Notice(gettext_noop("The Embassy answered your request. Read the answer below.")),
    },
    case_data={"passports_asked_for": case_data.PASSPORTS, "petition": case_data.PETITION},
    happened=(case_data.happened,),
    recorded={Case: None, CaseRequest: None},
)
