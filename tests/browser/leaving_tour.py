"""Pages about retention, downloading data, and deleting accounts."""

from tests.browser.people import answer_steps, sign_up, visit
from tests.factories import PASSWORD


def see_what_is_kept(server, album):
    """Keep the public page, the data of an account with an appointment, and the pages of its deletion."""
    album.take(visit(server), "what we keep", "/privacy")
    reader = sign_up(server)
    answer_steps(reader, "is too late", ["visa", "purpose", "details"])
    album.take(reader, "my data", "/account/data")
    album.send(reader, "my data, wrong", "/account/data", current="not the password")
    album.send(reader, "my data, page", "/account/data", kind="page", current=PASSWORD)
    album.take(reader, "delete my account", "/account/delete")
    album.send(reader, "delete my account, wrong", "/account/delete", current="not the password")
    album.take(visit(server), "account deleted", "/account/deleted")


def see_a_full_account(reader, album):
    """Keep the data of an account with a case, and the page before it is deleted."""
    album.send(reader, "my data, with a case", "/account/data", kind="page", current=PASSWORD)
    album.take(reader, "delete my account, with a case", "/account/delete")
