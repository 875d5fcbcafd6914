"""Seats: what the ledger of a locked event offers and counts, and how its counters move."""

import pytest

from services.events.events import seats
from services.events.events.models import Event
from services.events.events.seats import AdmissionRule, Seat, SeatLedger
from services.events.events.terms import RegistrationState

IN_WINDOW, ANY_TIME, FORCED = AdmissionRule.in_window, AdmissionRule.any_time, AdmissionRule.forced
OPEN, OPEN_WAITLIST = RegistrationState.open, RegistrationState.open_waitlist


def a_ledger(state=OPEN, *, is_active=True, seats_left=None, places_left=0, **counters):
    event = Event(waiting_count=2, queue_tail=7, **counters)
    return SeatLedger(event, state, is_active, False, seats_left, places_left)


def given(ledger, *rules):
    """What each is offered and takes, in turn."""
    offers = []
    for rule in rules:
        offers.append(ledger.offer(rule))
        if offers[-1] is not None:
            ledger.give(offers[-1], rule)
    return offers


@pytest.mark.parametrize("rule", [ANY_TIME, FORCED])
@pytest.mark.parametrize("state", RegistrationState)
def test_staff_seat_people_outside_the_window_while_the_event_is_active(state, rule):
    assert a_ledger(state).offer(rule) == Seat()
    assert a_ledger(state, is_active=False).offer(rule) is None


@pytest.mark.parametrize("state", RegistrationState)
def test_the_public_gets_seats_while_registration_is_open(state):
    offered = a_ledger(state, is_active=False).offer(IN_WINDOW)
    assert offered == (Seat() if state in {OPEN, OPEN_WAITLIST} else None)


@pytest.mark.parametrize("rule", [IN_WINDOW, ANY_TIME])
def test_the_seats_that_are_left_go_first_then_the_places_in_the_queue_then_nothing(rule):
    ledger = a_ledger(seats_left=2, places_left=2)
    assert given(ledger, *[rule] * 5) == [Seat(), Seat(), Seat(8, 3), Seat(9, 4), None]
    assert (ledger.seated_count, ledger.waiting_count, ledger.within_capacity) == (2, 2, 2)


def test_a_forced_seat_needs_no_free_seat_and_takes_one_where_there_is_one():
    ledger = a_ledger(seats_left=2, places_left=1)
    assert given(ledger, FORCED, ANY_TIME, FORCED, ANY_TIME) == [Seat(), Seat(), Seat(), Seat(8, 3)]
    # The second seat was the last that was given because it was left.
    assert (ledger.seated_count, ledger.waiting_count, ledger.within_capacity) == (3, 1, 2)


@pytest.mark.parametrize(
    ("rules", "in_window"), [((IN_WINDOW, FORCED), True), ((FORCED, IN_WINDOW), True), ((ANY_TIME, FORCED), False)]
)
def test_one_seat_of_the_public_makes_the_window_count_for_the_whole_batch(rules, in_window):
    ledger = a_ledger()
    given(ledger, *rules)
    assert ledger.in_window is in_window


@pytest.mark.parametrize(
    ("capacity", "confirmed", "promoted"), [(None, 9, 2), (9, 9, 0), (10, 9, 1), (12, 9, 2), (8, 9, 0)]
)
def test_those_who_wait_get_the_seats_that_are_free(capacity, confirmed, promoted):
    assert seats.promotable(Event(capacity=capacity, confirmed_count=confirmed, waiting_count=2)) == promoted


def counters(event):
    return event.confirmed_count, event.waiting_count, event.cancelled_count


@pytest.mark.parametrize(("waited", "left"), [(False, (4, 3, 3)), (True, (5, 2, 3))])
def test_a_cancelled_registration_frees_its_seat_or_its_place(waited, left):
    event = Event(confirmed_count=5, waiting_count=3, cancelled_count=2)
    seats.free_seat(event, waited=waited)
    assert counters(event) == left


def test_people_of_the_queue_who_are_seated_wait_no_longer():
    event = Event(confirmed_count=5, waiting_count=3, cancelled_count=2)
    seats.seat_waiting(event, 2)
    assert counters(event) == (7, 1, 2)


def test_when_all_is_cancelled_nobody_is_seated_and_nobody_waits():
    event = Event(confirmed_count=5, waiting_count=3, cancelled_count=2)
    seats.free_all(event)
    assert counters(event) == (0, 0, 10)
