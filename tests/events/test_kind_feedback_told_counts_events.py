"""Feedback is told how many were invited: one that refuses holds up no other, and one that forgot is told again."""

from datetime import timedelta
from uuid import uuid4

import httpx
import pytest

from services.events.feedback_invitations.counts import tell_counts
from services.kernel.clock import utc_now
from tests.events.test_feedback_invitations import a_held_event, answering, no_answer
from tests.factories import COORDINATION

INVITED = "SELECT count(*) FROM feedback.surveys WHERE (invited_count, undeliverable_count) = ($1, $2)"
UNREACHED = "UPDATE events.mails SET state = 'parked'"


@pytest.fixture
def asked(applications, monkeypatch) -> list[str]:
    """The addresses of the requests that tell numbers."""
    addresses, reachable = [], applications.client.request

    async def request(method: str, url: str, **more) -> httpx.Response:
        if str(url).endswith("/invited"):
            addresses.append(str(url))
        return await reachable(method, url, **more)

    monkeypatch.setattr(applications.client, "request", request)
    return addresses


async def told_events(applications, count: int) -> None:
    """Events with two attendees each, whose numbers feedback knows."""
    for _ in range(count):
        await a_held_event(applications, attended=2, coordination_id=COORDINATION)
    await applications.worker("events").drain()


async def forget_a_survey(superuser) -> None:
    """Let one event stand by a survey that feedback does not have."""
    one = "(SELECT min(event_id::text)::uuid FROM events.feedback_invitations)"
    await superuser.execute(f"UPDATE events.feedback_invitations SET survey_id = $1 WHERE event_id = {one}", uuid4())


async def test_a_survey_that_refuses_its_numbers_holds_up_no_other(applications, superuser, asked):
    await told_events(applications, 3)
    await forget_a_survey(superuser)
    await superuser.execute(UNREACHED)
    asked.clear()
    await tell_counts(applications.runtime("events"))
    assert (len(asked), await superuser.fetchval(INVITED, 2, 2)) == (3, 2)


@pytest.mark.parametrize(
    ("failure", "requests"),
    [
        (no_answer, 1),
        *((answering(status, "{}"), 1) for status in (401, 403, 429, 500, 503)),
        *((answering(status, "{}"), 3) for status in (404, 409, 422)),
    ],
)
async def test_while_feedback_refuses_every_request_one_is_enough(
    applications, superuser, monkeypatch, failure, requests
):
    await told_events(applications, 3)
    await superuser.execute(UNREACHED)
    asked = []

    async def request(method: str, url: str, **_) -> httpx.Response:
        asked.append((method, url))
        return failure(str(url))

    with monkeypatch.context() as broken:
        broken.setattr(applications.client, "request", request)
        await tell_counts(applications.runtime("events"))
    assert len(asked) == requests
    waiting = await superuser.fetchval("SELECT count(*) FROM events.told_counts WHERE due_at <= now()")
    assert waiting == (3 if requests == 1 else 0)


async def test_a_feedback_that_was_restored_is_told_the_numbers_again(applications, superuser, asked):
    await told_events(applications, 2)
    await superuser.execute("UPDATE feedback.surveys SET invited_count = 0")
    asked.clear()
    await tell_counts(applications.runtime("events"))
    assert asked == []
    await superuser.execute("UPDATE events.told_counts SET told_at = told_at - interval '61 minutes'")
    for _ in range(2):
        await tell_counts(applications.runtime("events"))
    assert (len(asked), await superuser.fetchval(INVITED, 2, 0)) == (2, 2)


async def test_a_survey_that_is_gone_is_asked_less_and_less_often(applications, superuser, asked):
    await told_events(applications, 1)
    await forget_a_survey(superuser)
    await superuser.execute(UNREACHED)
    waits = []
    for _ in range(18):
        asked.clear()
        for _ in range(2):
            await tell_counts(applications.runtime("events"))
        assert len(asked) == 1
        kept = await superuser.fetchrow("SELECT due_at, last_error FROM events.told_counts")
        assert kept["last_error"] == "status-404"
        waits.append(round((kept["due_at"] - utc_now()).total_seconds()))
        await superuser.execute("UPDATE events.told_counts SET due_at = clock_timestamp()")
    assert waits[:4] == pytest.approx([2, 4, 8, 16], abs=2)
    assert waits[-1] == pytest.approx(timedelta(hours=12).total_seconds(), abs=2)
    # It is told at last, should feedback have it again.
    await superuser.execute("UPDATE events.feedback_invitations SET survey_id = (SELECT id FROM feedback.surveys)")
    await tell_counts(applications.runtime("events"))
    assert await superuser.fetchval(INVITED, 2, 2) == 1


async def test_the_numbers_of_old_events_are_told_no_more(applications, superuser, asked):
    await told_events(applications, 1)
    old = "UPDATE events.events SET starts_at = now() - interval '92 d', ends_at = now() - interval '91 d'"
    await superuser.execute(f"{UNREACHED}; {old}")
    await superuser.execute("UPDATE events.told_counts SET told_at = told_at - interval '61 minutes'")
    asked.clear()
    await tell_counts(applications.runtime("events"))
    assert asked == []
