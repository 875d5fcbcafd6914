"""A survey follows its event: a new date moves the window, and a postponement stops it."""

from datetime import UTC, datetime, timedelta

import pytest

from services.feedback.events.service import reconcile_events
from services.feedback.responses.closing import close_due_surveys
from tests.factories import (
    ADMIN,
    COORDINATOR,
    SERVICE,
    an_event,
    close,
    respond,
    soon,
    survey_body,
    tickets_of,
)

MONTH = timedelta(days=30)
NOW = datetime.now(UTC).replace(microsecond=0)
ENDS_AT = NOW + timedelta(days=20)


async def a_survey_of_an_event(applications, client, **facts):
    """An event that ends in twenty days, and its survey, open from now on until four weeks after the event."""
    event = await an_event(client("events", ADMIN), starts_at=ENDS_AT - timedelta(hours=2), ends_at=ENDS_AT)
    await applications.worker("events").drain()
    body = {**survey_body(event["id"]), "closes_at": (ENDS_AT + timedelta(days=28)).isoformat(), **facts}
    made = await client("feedback", COORDINATOR).post("/v1/surveys", body)
    assert made.status_code == 201, made.text
    return event, made.json()


async def change(applications, client, event, **facts):
    """Change the event and let feedback know."""
    address = f"/v1/events/{event['id']}"
    version = (await client("events", ADMIN).get(address)).json()["version"]
    answer = await client("events", ADMIN).patch(address, facts, version=version)
    assert answer.status_code == 200, answer.text
    await applications.worker("events").drain()


def moved(by):
    """The times of the event, so much later."""
    starts_at = ENDS_AT - timedelta(hours=2) + by
    return {"starts_at": starts_at.isoformat(), "ends_at": (ENDS_AT + by).isoformat()}


async def window(client, survey):
    read = (await client("feedback", ADMIN).get(f"/v1/surveys/{survey['id']}")).json()
    return tuple(datetime.fromisoformat(read[name]) for name in ("opens_at", "closes_at"))


def shifted(times, by):
    return tuple(at + by for at in times)


@pytest.mark.parametrize("by", [MONTH, -timedelta(days=10), timedelta(minutes=15)])
@pytest.mark.parametrize("state", ["draft", "open"])
async def test_the_window_moves_as_far_as_the_end_of_the_event(applications, client, outbox_kinds, state, by):
    event, survey = await a_survey_of_an_event(applications, client, state=state)
    before = await window(client, survey)
    await change(applications, client, event, title={"fi": "Uusi nimi"})
    assert await window(client, survey) == before
    await change(applications, client, event, **moved(by))
    assert await window(client, survey) == shifted(before, by)
    assert (await outbox_kinds("feedback"))[-1] == "vipu.survey.changed.v1"
    read = (await client("feedback", ADMIN).get(f"/v1/surveys/{survey['id']}")).json()
    assert (read["state"], read["version"]) == (state, survey["version"] + 1)


async def test_a_longer_event_moves_the_window_by_its_end_alone(applications, client):
    event, survey = await a_survey_of_an_event(applications, client)
    before = await window(client, survey)
    await change(applications, client, event, starts_at=(ENDS_AT - timedelta(hours=5)).isoformat())
    assert await window(client, survey) == before
    await change(applications, client, event, ends_at=(ENDS_AT + timedelta(hours=1)).isoformat())
    assert await window(client, survey) == shifted(before, timedelta(hours=1))


async def test_a_survey_with_tickets_stays_open_and_closes_only_later(applications, client):
    event, survey = await a_survey_of_an_event(applications, client)
    opens_at, closes_at = await window(client, survey)
    await tickets_of(client("feedback", SERVICE), survey["id"], 1)
    await change(applications, client, event, **moved(-timedelta(days=10)))
    assert await window(client, survey) == (opens_at, closes_at)
    await change(applications, client, event, **moved(MONTH))
    assert await window(client, survey) == (opens_at, closes_at + MONTH)
    for _ in range(2):  # There and back is no way to move it further.
        await change(applications, client, event, **moved(timedelta(0)))
        await change(applications, client, event, **moved(MONTH))
    assert await window(client, survey) == (opens_at, closes_at + MONTH)


async def test_whether_somebody_answered_does_not_show_in_the_window(applications, client):
    windows = []
    for answers in (0, 1):
        event, survey = await a_survey_of_an_event(applications, client)
        [ticket] = await tickets_of(client("feedback", SERVICE), survey["id"], 1)
        for _ in range(answers):
            assert (await respond(client("feedback"), survey["id"], ticket)).status_code == 201
        before = await window(client, survey)
        for by in (-timedelta(days=10), MONTH):
            await change(applications, client, event, **moved(by))
            after = await window(client, survey)
            windows.append([new - old for new, old in zip(after, before, strict=True)])
    assert windows[:2] == windows[2:]


async def test_a_window_that_has_not_begun_moves_with_its_tickets(applications, client):
    event, survey = await a_survey_of_an_event(applications, client, opens_at=ENDS_AT.isoformat())
    await tickets_of(client("feedback", SERVICE), survey["id"], 1)
    await change(applications, client, event, event_status="postponed")
    await change(applications, client, event, **moved(-timedelta(days=10)))
    assert await window(client, survey) == (ENDS_AT - timedelta(days=10), ENDS_AT + timedelta(days=18))


async def test_an_end_that_has_passed_is_not_taken_over(applications, client):
    event, survey = await a_survey_of_an_event(applications, client)
    before = await window(client, survey)
    await change(applications, client, event, **moved(-timedelta(days=60)))
    assert await window(client, survey) == before
    # The year was wrong, and is corrected.
    await change(applications, client, event, **moved(timedelta(0)))
    assert await window(client, survey) == before
    await change(applications, client, event, **moved(timedelta(days=10)))
    assert await window(client, survey) == shifted(before, timedelta(days=10))


async def test_while_the_event_is_postponed_the_survey_takes_no_answers_and_does_not_close(
    applications, client, superuser
):
    event, survey = await a_survey_of_an_event(applications, client)
    address, anonymous = f"/v1/surveys/{survey['id']}", client("feedback")
    first, second, third = await tickets_of(client("feedback", SERVICE), survey["id"], 3)
    assert (await respond(anonymous, survey["id"], first)).status_code == 201
    await change(applications, client, event, event_status="postponed")
    await superuser.execute("UPDATE feedback.surveys SET opens_at = now() - interval '9 d', closes_at = now()")
    await client("feedback", COORDINATOR).post(f"{address}/close")
    await applications.worker("feedback").drain()
    refused = await respond(anonymous, survey["id"], second)
    assert (refused.status_code, refused.json()["code"]) == (409, "survey-not-open")
    assert (await respond(anonymous, survey["id"], first)).json() == {"state": "received_before"}
    assert (await anonymous.get(address)).status_code == 404
    for ticket, status in ((first, 409), (second, 204)):
        checked = await anonymous.send("HEAD", f"{address}/responses", headers={"X-Ticket": ticket})
        assert checked.status_code == status
    [fourth] = await tickets_of(client("feedback", SERVICE), survey["id"], 1)
    await change(applications, client, event, **moved(MONTH))
    for ticket in (second, third, fourth):
        assert (await respond(anonymous, survey["id"], ticket)).status_code == 201
    assert (await client("feedback", ADMIN).get(address)).json()["state"] == "open"


async def test_the_survey_of_a_postponed_event_that_is_cancelled_ends_by_its_window(applications, client, superuser):
    event, survey = await a_survey_of_an_event(applications, client)
    await change(applications, client, event, event_status="postponed")
    await superuser.execute("UPDATE feedback.surveys SET opens_at = now() - interval '9 d', closes_at = now()")
    await applications.worker("feedback").drain()
    address = f"/v1/surveys/{survey['id']}"
    assert (await client("feedback", ADMIN).get(address)).json()["state"] == "open"
    reason = {"reason": {"fi": "Peruttu"}}
    assert (await client("events", ADMIN).post(f"/v1/events/{event['id']}/cancel", reason)).status_code == 200
    await applications.worker("events").drain()
    await applications.worker("feedback").drain()
    assert (await client("feedback", ADMIN).get(address)).json()["state"] == "closed"


async def test_a_survey_made_during_the_postponement_is_open_after_the_new_date(applications, client):
    event = await an_event(client("events", ADMIN), starts_at=ENDS_AT - timedelta(hours=2), ends_at=ENDS_AT)
    await change(applications, client, event, event_status="postponed")
    surveys = client("feedback", COORDINATOR)
    early = (await surveys.post("/v1/surveys", {**survey_body(event["id"]), "closes_at": soon(days=7)})).json()
    opens_at, closes_at = await window(client, early)
    await change(applications, client, event, **moved(MONTH))
    assert await window(client, early) == (opens_at, ENDS_AT + MONTH + (closes_at - opens_at))


async def test_a_closed_survey_does_not_follow(applications, client):
    event, survey = await a_survey_of_an_event(applications, client)
    before = await window(client, survey)
    await close(client("feedback", SERVICE), survey["id"])
    await change(applications, client, event, **moved(MONTH))
    assert await window(client, survey) == before


async def test_a_survey_does_not_close_before_it_has_followed_a_date_that_came_by_the_list(
    applications, client, superuser
):
    event, survey = await a_survey_of_an_event(applications, client)
    await change(applications, client, event, event_status="postponed")
    times = NOW - timedelta(days=18), NOW - timedelta(days=1)
    await superuser.execute("UPDATE feedback.surveys SET opens_at = $1, closes_at = $2", *times)
    address = f"/v1/events/{event['id']}"
    version = (await client("events", ADMIN).get(address)).json()["version"]
    assert (await client("events", ADMIN).patch(address, moved(MONTH), version=version)).status_code == 200
    await superuser.execute("UPDATE events.outbox SET state = 'sent'")
    await reconcile_events(applications.runtime("feedback"))
    await close_due_surveys(applications.runtime("feedback").database)
    assert (await client("feedback", ADMIN).get(f"/v1/surveys/{survey['id']}")).json()["state"] == "open"
    await applications.worker("feedback").drain()
    assert await window(client, survey) == shifted(times, MONTH)
