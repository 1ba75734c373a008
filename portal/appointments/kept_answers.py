"""Kept answers: a person's progress towards an appointment or a package, stored with the account, step by step."""

import json
from datetime import datetime
from typing import Any

from sqlalchemy import select

from portal.appointments.models import Draft
from portal.database.transactions import one_at_a_time, session

STEPS = ("visa", "purpose", "details", "questions", "case")
QUESTIONS = ("letter", "documents", "recent")
APPOINTMENT = (*STEPS, "typed")
COURIER = "courier"


def answers_of(account_id: int) -> dict[str, dict[str, int | str | list[str]]]:
    """Return an account's answers so far: one mapping for each answered step."""
    found = session.scalar(select(Draft).where(Draft.account_id == account_id))
    return json.loads(found.answers) if found else {}


def keep(account_id: int, step: str, answers: dict[str, Any], now: datetime) -> None:
    """Store the answers of one step."""
    one_at_a_time("draft", account_id)
    draft = session.scalar(select(Draft).where(Draft.account_id == account_id))
    if draft is None:
        draft = Draft(account_id=account_id, answers="{}")
        session.add(draft)
    draft.answers = json.dumps({**json.loads(draft.answers), step: answers})
    draft.changed_at = now


def forget(account_id: int, steps: tuple[str, ...] = APPOINTMENT) -> None:
    """Delete an account's answers to some steps: they led to a case, or the person starts over."""
    one_at_a_time("draft", account_id)
    draft = session.scalar(select(Draft).where(Draft.account_id == account_id))
    if draft is None:
        return
    left = {step: given for step, given in json.loads(draft.answers).items() if step not in steps}
    if left:
        draft.answers = json.dumps(left)
    else:
        session.delete(draft)


def is_begun(answers: dict[str, dict[str, bool | str | list[str]]]) -> bool:
    """Say whether any step towards an appointment was answered."""
    return any(step in answers for step in STEPS)


def first_open_step(answers: dict[str, dict[str, bool | str | list[str]]]) -> str | None:
    """Return the first step without a usable answer, or None if all have one."""
    return next((step for step in STEPS if not is_answered(step, answers)), None)


def is_answered(step: str, answers: dict[str, dict[str, Any]]) -> bool:
    """Say whether a step has an answer that allows the next."""
    given = answers.get(step)
    if not given:
        return False
    if step == "visa":
        return given["visa"] == "immigrant"
    if step == "purpose":
        return given["purpose"] == "follow_up"
    if step == "questions":
        return given["letter"] == "yes"
    return True


def may_open(step: str, answers: dict[str, dict[str, bool | str | list[str]]]) -> bool:
    """Say whether all steps before this one have answers."""
    open_step = first_open_step(answers)
    return open_step is None or STEPS.index(step) <= STEPS.index(open_step)
