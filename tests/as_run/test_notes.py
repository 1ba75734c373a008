"""What counts as a fault of an observed portal: tests of the observers themselves."""

import pytest

from bench.guests import Notes


@pytest.mark.parametrize(
    ("status", "headers", "is_fault"),
    [(200, {}, False), (409, {}, False), (429, {}, False), (409, {"x-portal-busy": "1"}, True), (503, {}, True)],
)
def test_a_fault_is_an_error_of_the_server_or_the_word_that_it_is_busy(status, headers, is_fault):
    notes = Notes()
    notes.add(0.0, "POST", "/en/status", status, headers)

    assert [one.is_fault for one in notes.answers] == [is_fault]


def test_no_answer_is_a_fault_once_there_was_one_and_is_counted_apart_before():
    notes = Notes()
    for status in (0, 200, 0):
        notes.add(0.0, "GET", "/en/", status)

    assert (notes.refused_at_first, [one.status for one in notes.faults]) == (1, [0])


def test_what_is_personal_in_an_address_is_not_kept():
    notes = Notes()
    notes.add(0.0, "GET", "/en/appointments/PHP-0AB1-2CD3/print?said=booked", 200)

    assert notes.answers[0].page == "/en/appointments/…/print"
