"""The guard's pages: today's list, and the results of scans."""

from tests.browser.people import log_in
from tests.door.people import amman, expected, scanned

DOOR = "/staff/door/"
FAMILY = {"relationship": "child", "given_names": "Chanthavisouk", "passport_number": "N0777777", "reasons": ()}


def see_the_door(server, album):
    """Keep the pages of the door, with a person who may enter and people who may not."""
    with server.database():
        came = expected(surname="Phanthavong Rattanakosin", more=[FAMILY]).reference
        tomorrow, elsewhere = expected(days=1, hour=7).reference, scanned(expected(post=amman()))
    guard = log_in(server, "guard")
    album.take(guard, "staff: door", DOOR)
    album.send(guard, "staff: door, wrong", DOOR, code="")
    album.send(guard, "staff: door, enter", DOOR, code=came, form_key="00000000-0000-4000-8000-00000000d007")
    album.send(guard, "staff: door, already in", DOOR, code=came)
    album.send(guard, "staff: door, early", DOOR, code=tomorrow)
    album.send(guard, "staff: door, another Embassy", DOOR, code=elsewhere)
    album.send(guard, "staff: door, not valid", DOOR, code="A.nonsense")
    album.take(guard, "staff: today's list", f"{DOOR}list")
    album.take(guard, "staff: door, taken back", f"{DOOR}?said=arrival_undone")
