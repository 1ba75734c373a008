"""Pages on which supervisors manage staff, and administrators staff and posts."""

from portal.accounts.models import Account
from tests.browser.people import log_in

STAFF, POSTS = "/staff/accounts/", "/staff/posts/"


def see_staff(server, album):
    """Keep the pages about accounts of staff."""
    admin, supervisor = log_in(server, "admin"), log_in(server, "supervisor")
    with server.database() as session:
        ids = {name: _id_of(session, name) for name in ("guard", "supervisor")}
    album.take(admin, "staff: staff", STAFF)
    album.take(supervisor, "staff: staff of a post", STAFF)
    album.take(admin, "staff: staff, nobody", f"{STAFF}?post=BKK")
    album.take(admin, "staff: new account", f"{STAFF}new")
    album.send(admin, "staff: new account, wrong", f"{STAFF}new", email="x", role="desk")
    album.take(supervisor, "staff: new account at a post", f"{STAFF}new")
    album.take(admin, "staff: a member", f"{STAFF}{ids['guard']}?said=role_changed")
    album.take(supervisor, "staff: oneself", f"{STAFF}{ids['supervisor']}")
    album.take(admin, "staff: role", f"{STAFF}{ids['guard']}/role")
    album.send(supervisor, "staff: role, wrong", f"{STAFF}{ids['supervisor']}/role", role="desk")
    album.take(admin, "staff: sessions", f"{STAFF}sessions")
    album.send(admin, "staff: sessions, wrong", f"{STAFF}sessions", name="nobody@example.org")
    made = supervisor.submit("/en/staff/accounts/new", email="closed@example.org", role="desk")
    address = made.path.removeprefix("/en").partition("?")[0]
    supervisor.submit(f"/en{address}", to=f"/en{address}/close")
    album.take(supervisor, "staff: a closed account", f"{address}?said=account_closed")


def see_posts(server, album):
    """Keep the pages about posts."""
    admin = log_in(server, "admin")
    album.take(admin, "staff: posts", f"{POSTS}?text=an&service=")
    album.take(admin, "staff: posts, none", f"{POSTS}?text=nowhere")
    album.take(admin, "staff: new post", f"{POSTS}new")
    album.send(admin, "staff: new post, wrong", f"{POSTS}new", code="x", timezone="x")
    album.take(admin, "staff: a post", f"{POSTS}HCM?said=post_saved")
    for page in ("settings", "service", "correct", "zone"):
        album.take(admin, f"staff: {page} of a post", f"{POSTS}HCM/{page}")
    wrong = {"settings": {"reply_days": "x"}, "correct": {"code": "x"}, "zone": {"timezone": "x"}}
    for page, typed in {**wrong, "service": {"languages": "x"}}.items():
        album.send(admin, f"staff: {page} of a post, wrong", f"{POSTS}HCM/{page}", **typed)


def _id_of(session, name):
    return session.query(Account.id).filter_by(email=f"{name}@example.org").scalar()
