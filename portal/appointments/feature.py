"""What the appointments feature adds to the portal."""

from portal.appointments import case_data, counter_routes, day_routes, new_routes, paper_routes, routes
from portal.appointments.models import Appointment, Cancellation
from portal.features import Feature, Notice, StaffPage
from portal.i18n.locale import _l, gettext_noop

FEATURE = Feature(
    blueprints=(
        counter_routes.bp,
        day_routes.bp,
        new_routes.bp,
        paper_routes.bp,
        routes.bp,
    ),
    messages={
        "cancelled": _l("Your appointment has been canceled. You can book another time."),
        "kept": _l("Your appointment is confirmed. Print this page again. Any page you printed earlier is not valid."),
        "moved": _l(
            "We have changed your appointment. Print this page again. Any page you printed earlier is not valid."
        ),
        "hold_over": _l("We are no longer keeping this time for you. Choose another time."),
        "counter_booked": _l("The appointment is booked. Print the confirmation page for the applicant."),
        "counter_cancelled": _l("The appointment has been canceled."),
        "undone": _l("The release has been undone and its slots deleted."),
        "seats_changed": _l("The number of seats has been changed."),
    },
    staff_pages=(StaffPage(("desk",), "day.cancellations", _l("Canceled slots")),),
    notices={
        "appointment_held": Notice(
            gettext_noop(
                "The Embassy had to cancel the appointment of case %(end)s. We are keeping another time for you."
            )
        ),
        "appointment_cancelled": Notice(
            gettext_noop("The Embassy had to cancel the appointment of case %(end)s. Choose another time.")
        ),
        "hold_ended": Notice(gettext_noop("We are no longer keeping the time for case %(end)s. Choose another time.")),
    },
    case_data={"appointments": case_data.APPOINTMENTS},
    happened=(case_data.happened,),
    recorded={Appointment: "appointment booked", Cancellation: "slots cancelled"},
)
