"""The command line: `flask --app wsgi …`."""

import signal
import sys
from datetime import datetime
from uuid import uuid4

import click
from flask import current_app
from flask.cli import AppGroup

from portal import clock
from portal.accounts import factors
from portal.accounts import operations as accounts
from portal.accounts.emails import read_email
from portal.cases import operations as cases
from portal.cases.importing.operations import DatabaseAway, import_file
from portal.commands import backup, command_errors, doctor, drain, keys, progress
from portal.commands.journal_file import journal_group
from portal.database.transactions import in_steps, writing
from portal.demonstration import herd as herds
from portal.demonstration.data import load_demonstration, require_demonstration
from portal.integrity import checks
from portal.journal import chain_check, journal
from portal.mailing.worker import worker_of
from portal.migrations import new_revision, revisions, state
from portal.observability import metrics, operator_messages
from portal.posts import operations as posts
from portal.slots import operations as slots
from portal.slots import zone_correction, zone_recompute
from portal.slots.weeks.patterns import Pattern, read_times
from portal.web.errors import PortalError

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
STAFF_ROLES = ("guard", "desk", "scheduler", "officer", "supervisor", "administrator")
SHOWN_ERRORS = 50

db_group = AppGroup("db", help="The database.")
posts_group = AppGroup("posts", help="Embassies and consulates.")
cases_group = AppGroup("cases", help="Cases.")
staff_group = AppGroup("staff", help="Accounts of staff.")
slots_group = AppGroup("slots", help="Appointment slots.")
demo_group = AppGroup("demo", help="The demonstration.")


def add_to(group):
    """Give a group of commands those of the portal."""
    groups = (db_group, posts_group, cases_group, staff_group, slots_group, demo_group, journal_group, keys.group)
    for one in (*groups, drain.drain, backup.backup, backup.restore, doctor.doctor, check, worker):
        group.add_command(command_errors.ending(one))


@db_group.command("upgrade")
def db_upgrade():
    """Upgrade the tables of the database to this release."""
    _upgrade()
    click.echo("The database is up to date.")


@db_group.command("revision")
@click.argument("message")
def db_revision(message):
    """Write a migration from the newest tables to the models; MESSAGE says what it is about.

    For whoever changes the models. It changes no database. Read the file before you use it.
    """
    click.echo(f"{new_revision.write(message)} is written. Read it, then run db upgrade.")


def _upgrade():
    state.upgrade()
    with writing(job=True):
        cases.add_status_words()


@posts_group.command("import")
@click.argument("file", type=command_errors.FILE)
def posts_import(file):
    """Add or correct posts from a CSV: code,country,city,timezone."""
    try:
        lines = file.read_text(encoding="utf-8-sig").splitlines(keepends=True)
        with writing(job=True):
            added, changed = posts.import_posts(lines, journal.COMMAND, clock.now())
            moved = zone_correction.catch_up(journal.COMMAND, clock.now())
    except PortalError as refusal:
        raise click.ClickException(str(refusal.message)) from refusal
    except UnicodeDecodeError as error:
        raise click.ClickException("The file is not UTF-8. Nothing was imported.") from error
    click.echo(f"{added} posts added, {changed} changed.")
    if moved:
        click.echo(f"{moved} future slots follow a corrected time zone and keep their local times.")


@cases_group.command("import")
@click.argument("file", type=command_errors.FILE)
@click.option("--dry-run", is_flag=True, help="Print what would change, and change nothing.")
def cases_import(file, dry_run):
    """Add or correct cases from a CSV or XLSX file. The whole file is imported, or nothing."""
    try:
        report = import_file(file, journal.COMMAND, progress.bar, dry_run=dry_run)
    except DatabaseAway as refusal:
        raise click.ClickException(f"{operator_messages.sentence_of(refusal.__cause__)} {refusal.message}") from refusal
    except PortalError as refusal:
        raise click.ClickException(str(refusal.message)) from refusal
    if report.errors.number:
        for error in report.errors.first(SHOWN_ERRORS):
            click.echo(str(error), err=True)
        raise click.ClickException(f"{report.errors.number} errors. Nothing was imported.")
    done = "would be added" if dry_run else "added"
    click.echo(
        f"{report.rows} rows: {report.added} cases {done}, {report.changed} corrected, {report.unchanged} unchanged."
    )


@staff_group.command("create")
@click.argument("email")
@click.option("--role", required=True, type=click.Choice(STAFF_ROLES))
@click.option("--post", "code", default=None, help="Three letters. Not for an administrator.")
@click.option("--password-stdin", is_flag=True, help="Read the password from standard input.")
def staff_create(email, role, code, password_stdin):
    """Create an account for a member of staff."""
    post = posts.post_by_code(code) if code else None
    if (post is None) != (role == "administrator"):
        raise click.ClickException("An administrator has no post. Everyone else needs a known post: --post CODE.")
    password = _password(password_stdin)
    try:
        address, password_hash = read_email(email), accounts.new_password_hash(password, [email])
        with writing(job=True):
            accounts.create_staff(address, password_hash, role, post, uuid4(), clock.now())
    except PortalError as refusal:
        raise click.ClickException(str(refusal.message)) from refusal
    click.echo(f"1 account created: {role}{f' at {code}' if code else ''}.")


@slots_group.command("release")
@click.option("--post", "code", required=True)
@click.option("--from", "first", required=True, type=click.DateTime(["%Y-%m-%d"]))
@click.option("--to", "last", required=True, type=click.DateTime(["%Y-%m-%d"]))
@click.option("--at", "times", required=True, help="09:00 or 09:00,09:30")
@click.option("--seats", required=True, type=click.IntRange(1, 500))
@click.option("--weekdays", default=",".join(WEEKDAYS), help="mon,tue. Every day if not given.")
@click.option("--opens-at", default=None, type=click.DateTime(["%Y-%m-%d %H:%M"]), help="Local time of the post.")
def slots_release(code, first, last, times, seats, weekdays, opens_at):
    """Create slots that applicants can see now or from a given instant."""
    post = posts.post_by_code(code)
    if post is None:
        raise click.ClickException(f"There is no post {code}.")
    pattern = _pattern(first, last, times, seats, weekdays)
    now = clock.now()
    opening = slots.instant_of(opens_at, post.timezone) if opens_at else now
    try:
        planned = slots.plan(post, pattern, now)
        with writing(job=True):
            act = slots.release(post, planned, seats, opening, uuid4(), journal.COMMAND, now)
    except PortalError as refusal:
        raise click.ClickException(str(refusal.message)) from refusal
    left_out = (
        f"{len(planned.clashes)} already exist, {len(planned.past)} past, {len(planned.missing)} in a clock change"
    )
    click.echo(f"{act.slots} slots released with {act.seats} seats; {left_out}.")


@slots_group.command("recompute")
def slots_recompute():
    """Recompute the instants of future slots from their local times, after time zone rules changed."""
    moved = sum(in_steps(zone_recompute.recompute(journal.COMMAND, clock.now())))
    click.echo(f"{moved} slots corrected.")


@demo_group.command("load")
@click.option("--upgrade", is_flag=True, help="Upgrade the tables first.")
def demo_load(upgrade):
    """Load the demonstration data, once."""
    if upgrade:
        _upgrade()
    with progress.bar("Loading", None) as bar:
        try:
            counts = load_demonstration(clock.now(), bar.update)
        except PortalError as refusal:
            raise click.ClickException(str(refusal.message)) from refusal
    click.echo(", ".join(f"{number} {name}" for name, number in counts.items()) + ".")


@demo_group.command("code")
def demo_code():
    """Print the current code of an authenticator app with the demonstration's secret."""
    try:
        require_demonstration()
    except PortalError as refusal:
        raise click.ClickException(str(refusal.message)) from refusal
    click.echo(factors.present_code(factors.DEMONSTRATION_SECRET, clock.now()))


@demo_group.command("herd")
@click.option("--post", "code", required=True)
@click.option("--cases", "number", required=True, type=click.IntRange(1, 100_000))
@click.option("--seats", required=True, type=click.IntRange(1, 100_000))
@click.option("--out", required=True, type=command_errors.FILE)
def demo_herd(code, number, seats, out):
    """Create cases that can book, signed-in accounts and one slot with free seats, for load tests."""
    with progress.bar("Making", number) as bar:
        try:
            herds.make_herd(code, number, seats, out, clock.now(), bar.update)
        except PortalError as refusal:
            raise click.ClickException(str(refusal.message)) from refusal
    click.echo(f"{number} cases with accounts, 1 slot with {seats} seats, written to {out}.")


@click.command("check")
@click.option("--journal", "export", default=None, type=command_errors.FILE, help="An earlier journal export.")
def check(export):
    """Check the whole database against the rules. Print one line for each violation."""
    violations = list(checks.violations())
    if export:
        try:
            with export.open(encoding="ascii") as lines:
                violations += chain_check.cut_since(lines)
        except (ValueError, KeyError, TypeError) as error:
            raise click.ClickException("This file is not an export of the journal.") from error
    for violation in violations:
        click.echo(violation)
    click.echo(f"{len(violations)} violations.", err=True)
    sys.exit(1 if violations else 0)


@click.command("worker")
@click.option("--once", is_flag=True, help="Stop when nothing is due.")
def worker(once):
    """Send mail and reminders, until stopped."""
    if not revisions.is_migrated():
        raise click.ClickException("The database is not up to date: run `flask --app wsgi db upgrade` first.")
    metrics.share(current_app.extensions["settings"].instance)
    working = worker_of(say=command_errors.say)
    for one in (signal.SIGTERM, signal.SIGINT):
        signal.signal(one, working.stop)
    went = working.run(once=once)
    click.echo(f"{went} messages sent.")


def _password(from_stdin):
    if from_stdin:
        return sys.stdin.readline().rstrip("\r\n")
    return click.prompt("Password", hide_input=True, confirmation_prompt=True)


def _pattern(first: datetime, last: datetime, times, seats, weekdays):
    names = [name.strip().lower() for name in weekdays.split(",")]
    if any(name not in WEEKDAYS for name in names):
        raise click.ClickException(f"Weekdays are some of {','.join(WEEKDAYS)}.")
    local_times = read_times(times)
    if not local_times:
        raise click.ClickException("Times are hours and minutes, such as 09:00,09:30.")
    numbers = frozenset(WEEKDAYS.index(name) for name in names)
    return Pattern(first.date(), last.date(), numbers, tuple(local_times), seats)
