"""Moments: what is so when an answer is stored decides, and is told as the first look at the survey tells it."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import and_, func

from services.feedback.surveys import queries as survey_queries
from services.feedback.tickets import service as tickets
from tests.factories import SERVICE, a_survey, respond, tickets_of

Change = Callable[[], Awaitable[object]]
POSTPONED = "UPDATE feedback.known_events SET event_status = 'postponed'"
SPENT = "UPDATE feedback.tickets SET is_spent = true"


@pytest.fixture
def before_storing(monkeypatch) -> Callable[[Change], None]:
    """`before_storing(change)`: the change happens when the next answer was checked and is not stored yet."""
    lock = survey_queries.lock_for_answer

    def arrange(change: Change) -> None:
        async def change_and_lock(session, survey_id) -> None:
            monkeypatch.setattr(survey_queries, "lock_for_answer", lock)
            await change()
            await lock(session, survey_id)

        monkeypatch.setattr(survey_queries, "lock_for_answer", change_and_lock)

    return arrange


@pytest.mark.parametrize(
    ("change", "status", "told"),
    [
        (POSTPONED, 409, "survey-not-open"),
        ("UPDATE feedback.surveys SET opens_at = now() + interval '1 h'", 409, "survey-not-open"),
        ("UPDATE feedback.surveys SET closes_at = now()", 409, "survey-closed"),
        ("UPDATE feedback.surveys SET state = 'closed'", 409, "survey-closed"),
        ("UPDATE feedback.surveys SET state = 'closed'; DELETE FROM feedback.tickets", 409, "survey-closed"),
        ("DELETE FROM feedback.tickets", 404, "ticket-unknown"),
        (SPENT, 200, "received_before"),
        (f"{POSTPONED}; {SPENT}", 200, "received_before"),
        (f"UPDATE feedback.surveys SET closes_at = now(); {SPENT}", 409, "survey-closed"),
    ],
)
async def test_what_changes_before_an_answer_is_stored_is_told_as_the_first_look_tells_it(
    client, superuser, before_storing, change, status, told
):
    anonymous, survey_id = client("feedback"), await a_survey(client("feedback", SERVICE))
    [ticket] = await tickets_of(client("feedback", SERVICE), survey_id, 1)
    before_storing(lambda: superuser.execute(change))
    for _ in range(2):  # Before and after the change.
        answer = await respond(anonymous, survey_id, ticket)
        body = answer.json()
        assert (answer.status_code, body.get("state") or body["code"]) == (status, told)
    assert await superuser.fetchval("SELECT count(*) FROM feedback.answers") == 0


async def test_an_answer_that_a_postponement_overtook_is_taken_after_the_new_date(client, superuser, before_storing):
    anonymous, survey_id = client("feedback"), await a_survey(client("feedback", SERVICE))
    [ticket] = await tickets_of(client("feedback", SERVICE), survey_id, 1)
    before_storing(lambda: superuser.execute(POSTPONED))
    assert (await respond(anonymous, survey_id, ticket)).status_code == 409
    await superuser.execute("UPDATE feedback.known_events SET event_status = 'rescheduled'")
    assert (await respond(anonymous, survey_id, ticket)).status_code == 201


async def test_an_answer_in_the_last_moment_is_received_though_it_is_told_after_the_end(client, superuser, monkeypatch):
    anonymous, survey_id = client("feedback"), await a_survey(client("feedback", SERVICE))
    [used, unused] = await tickets_of(client("feedback", SERVICE), survey_id, 2)
    ends_at = datetime.now(UTC) + timedelta(seconds=0.8)
    await superuser.execute("UPDATE feedback.surveys SET closes_at = $1", ends_at)
    redeeming = tickets.redeeming

    def redeeming_until_the_end(survey_id, ticket, *, where):
        return redeeming(survey_id, ticket, where=and_(where, func.pg_sleep_until(ends_at).is_not(None)))

    with monkeypatch.context() as slow:
        slow.setattr(tickets, "redeeming", redeeming_until_the_end)
        answer = await respond(anonymous, survey_id, used)
    assert datetime.now(UTC) >= ends_at
    assert (answer.status_code, answer.json()) == (201, {"state": "received"})
    # After the end, a ticket tells nothing about whether it was used.
    later = [await respond(anonymous, survey_id, ticket) for ticket in (used, unused)]
    assert [(one.status_code, one.json()["code"]) for one in later] == [(409, "survey-closed")] * 2
    assert await superuser.fetchval("SELECT count(*) FROM feedback.answers") == 1
