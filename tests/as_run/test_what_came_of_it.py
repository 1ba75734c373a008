"""The results of a portal's first minutes: checked last, when every command has run."""

import pytest

from bench.as_run import LONGEST_HOLD, LONGEST_WAIT

LONGEST_ANSWER_SECONDS = 5
LONGEST_TURN_SECONDS = 1
FORMS_AT_LEAST = 30


@pytest.fixture
def over(day):
    """The day, when everything is done."""
    day.wait()
    return day


def test_every_command_did_what_it_should(over):
    assert [one.fault for one in over.beside.done if one.code] == []


def test_no_answer_was_a_fault_and_nobody_was_told_to_come_again(over):
    assert len(over.notes.forms) >= FORMS_AT_LEAST
    assert [one.name for one in over.notes.faults] == []


def test_no_page_was_other_than_it_should_be_and_no_limit_was_met(over):
    assert over.notes.strange == []
    assert [one.name for one in over.notes.limited] == []


def test_nobody_waited_long(over):
    slow = [one for one in over.notes.answers if one.seconds > LONGEST_ANSWER_SECONDS]
    assert [(one.name, round(one.seconds, 1)) for one in slow] == []


@pytest.mark.parametrize("gauge", [LONGEST_HOLD, LONGEST_WAIT])
def test_no_process_kept_or_awaited_the_writer_for_long_r16(over, gauge):
    seconds = over.running.longest(gauge)

    assert seconds is not None
    assert seconds <= LONGEST_TURN_SECONDS


def test_the_line_that_says_where_the_portal_is_is_true(over):
    assert over.notes.refused_at_first == 0


def test_the_log_tells_of_no_error(over):
    assert over.running.error_lines() == []
