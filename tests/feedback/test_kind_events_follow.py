"""Feedback follows the events: what the events service changes, a survey shows and the figures count by."""

import time
from datetime import timedelta
from uuid import uuid4

import pytest

from services.events.events.models import Event
from services.events.feedback_invitations.feedback import Feedback
from services.feedback.events.service import reconcile_events
from services.kernel.background.upstream import UpstreamUnavailable
from tests.factories import (
    ADMIN,
    COORDINATION,
    COORDINATOR_ELSEWHERE,
    FUNDER,
    FUTURE,
    PAST,
    SERVICE,
    a_draft,
    an_event,
    released,
    survey_body,
)

# T17 and T20 of the catalogue: feedback on national and on regional network days.
T17, T20 = "netday_nat_fb", "netday_reg_fb"
FIVE = [{"overall": score} for score in (3, 4, 4, 4, 5)]


async def a_day_with_feedback(applications, client, *, starts_at=PAST):
    """A national network day that feedback knows by its messages, with the released answers of five."""
    times = {"starts_at": starts_at, "ends_at": starts_at + timedelta(hours=6)}
    event = await an_event(client("events", ADMIN), type="network_day", scope="national", **times)
    await applications.worker("events").drain()
    await released(applications, client("feedback", SERVICE), client("feedback"), FIVE, event_id=event["id"])
    return event


async def change(client, event, facts):
    address = f"/v1/events/{event['id']}"
    version = (await client("events", ADMIN).get(address)).json()["version"]
    answer = await client("events", ADMIN).patch(address, facts, version=version)
    assert answer.status_code == 200, answer.text


async def counted(client, period="2026S1"):
    """The numbers of answers behind T17, T20 and the half-year, as a reader of aggregates sees them."""
    asked, reader = {"coordination": str(COORDINATION), "period": period}, client("feedback", FUNDER)
    items = {item["key"]: item for item in (await reader.get("/v1/measures", **asked)).json()["items"]}
    return items[T17]["n"], items[T20]["n"], (await reader.get("/v1/summary", **asked)).json()["n"]


async def test_a_corrected_type_scope_and_day_move_the_figures_within_ten_seconds(applications, client):
    event = await a_day_with_feedback(applications, client)
    assert await counted(client) == (5, None, 5)
    for facts, period, expected in (
        ({"scope": "regional", "areas": [{"scheme": "maakunta", "code": "06"}]}, "2026S1", (None, 5, 5)),
        ({"type": "training"}, "2026S1", (None, None, 5)),
        ({"type": "network_day", "scope": "national"}, "2026S1", (5, None, 5)),
        ({"starts_at": "2025-11-11T07:00:00Z", "ends_at": "2025-11-11T13:00:00Z"}, "2025S2", (5, None, 5)),
    ):
        began = time.monotonic()
        await change(client, event, facts)
        await applications.worker("events").drain()
        assert await counted(client, period) == expected
        assert time.monotonic() - began < 10
    assert await counted(client, "2026S1") == (None, None, 0)


async def test_the_survey_of_a_cancelled_event_counts_nowhere_and_is_still_listed(applications, client):
    event = await a_day_with_feedback(applications, client, starts_at=FUTURE)
    assert await counted(client, "2099S1") == (None, None, 5)
    reason = {"reason": {"fi": "Peruttu"}}
    assert (await client("events", ADMIN).post(f"/v1/events/{event['id']}/cancel", reason)).status_code == 200
    await applications.worker("events").drain()
    assert await counted(client, "2099S1") == (None, None, 0)
    [survey] = (await client("feedback", ADMIN).get("/v1/surveys", event_id=event["id"])).json()["items"]
    assert (survey["event"]["event_status"], survey["state"]) == ("cancelled", "closed")


@pytest.mark.parametrize("status", ["cancelled", "postponed"])
async def test_an_event_that_was_not_held_is_no_part_of_a_measure(applications, client, superuser, status):
    day = {"event_type": "network_day", "held_on": "2026-03-11"}
    service, anonymous = client("feedback", SERVICE), client("feedback")
    await released(applications, service, anonymous, FIVE, **day)
    not_held = await released(applications, service, anonymous, FIVE, **day)
    # After the answers: the survey of a postponed event takes none.
    its_event = "id = (SELECT event_id FROM feedback.surveys WHERE id = $1)"
    await superuser.execute(f"UPDATE feedback.known_events SET event_status = $2 WHERE {its_event}", not_held, status)
    assert await counted(client) == (5, None, 5)


async def test_a_change_whose_message_is_lost_is_followed_by_reconciling(applications, client, superuser):
    event = await a_day_with_feedback(applications, client)
    await change(client, event, {"scope": "regional", "areas": [{"scheme": "maakunta", "code": "06"}]})
    await superuser.execute("UPDATE events.outbox SET state = 'sent'")
    await applications.worker("events").drain()
    assert await counted(client) == (5, None, 5)
    await reconcile_events(applications.runtime("feedback"))
    assert await counted(client) == (None, 5, 5)


async def test_a_survey_is_found_and_titled_by_its_event_unless_it_has_its_own_title(applications, client):
    event = await an_event(client("events", ADMIN), type="webinar", starts_at=PAST)
    await applications.worker("events").drain()
    admin = client("feedback", ADMIN)
    body = {name: value for name, value in survey_body(event["id"]).items() if name != "title"}
    survey = (await admin.post("/v1/surveys", body)).json()
    assert survey["title"] == event["title"]
    await change(client, event, {"title": {"fi": "Uusi nimi"}, "type": "hankekahvit"})
    await applications.worker("events").drain()
    [listed] = (await admin.get("/v1/surveys", event_type="hankekahvit", period="2026S1")).json()["items"]
    assert (listed["id"], listed["title"], listed["event"]["event_type"]) == (
        survey["id"],
        {"fi": "Uusi nimi"},
        "hankekahvit",
    )
    assert (await admin.get("/v1/surveys", event_type="webinar")).json()["items"] == []
    address = f"/v1/surveys/{survey['id']}"
    own = await admin.patch(address, {"title": {"sv": "Kaffe"}}, version=1)
    assert own.json()["title"] == {"fi": "Uusi nimi", "sv": "Kaffe"}
    await change(client, event, {"title": {"fi": "Vielä uudempi"}})
    await applications.worker("events").drain()
    assert (await admin.get(address)).json()["title"] == {"fi": "Uusi nimi", "sv": "Kaffe"}


async def test_a_survey_about_an_event_that_is_not_known_yet_is_refused_and_may_be_tried_again(applications, client):
    event = await an_event(client("events", ADMIN), starts_at=PAST)
    refused = await client("feedback", ADMIN).post("/v1/surveys", survey_body(event["id"]))
    problem = refused.json()
    assert (refused.status_code, problem["code"], problem["retryable"]) == (409, "not-known-yet", True)
    await applications.worker("events").drain()
    elsewhere = await client("feedback", COORDINATOR_ELSEWHERE).post("/v1/surveys", survey_body(event["id"]))
    made = await client("feedback", ADMIN).post("/v1/surveys", survey_body(event["id"]))
    assert (elsewhere.status_code, made.status_code) == (403, 201)


async def test_facts_of_the_event_in_a_request_are_not_used(applications, client):
    event = await an_event(client("events", ADMIN), type="webinar", starts_at=PAST)
    await applications.worker("events").drain()
    body = survey_body(event["id"])
    claimed = {
        "event_type": "network_day",
        "scope": "regional",
        "held_on": "2020-01-01",
    }
    # A wrong coordination is refused, because it says in whose name the questions are asked.
    foreign = {**body, "event": {**body["event"], "coordination_id": str(uuid4())}}
    assert (await client("feedback", ADMIN).post("/v1/surveys", foreign)).json()["code"] == "not-known-yet"
    made = await client("feedback", ADMIN).post("/v1/surveys", {**body, "event": {**body["event"], **claimed}})
    assert made.status_code == 201, made.text
    about = made.json()["event"]
    assert (about["event_type"], about["scope"], about["held_on"]) == ("webinar", "national", event["last_on"])


async def test_invitations_wait_for_feedback_to_know_the_event(applications, client):
    event = await an_event(client("events", ADMIN))
    row = await event_row(applications, event)
    feedback = Feedback(applications.runtime("events"))
    with pytest.raises(UpstreamUnavailable, match="status-409"):
        await feedback.open_survey(row)
    await applications.worker("events").drain()
    survey_id = await feedback.open_survey(row)
    read = (await client("feedback", ADMIN).get(f"/v1/surveys/{survey_id}")).json()
    assert (read["title"], read["event"]["event_id"]) == (event["title"], event["id"])


async def test_a_draft_is_known_to_feedback_and_its_survey_counts_once_it_is_published(applications, client):
    draft = await a_draft(client("events", ADMIN), type="network_day", starts_at=PAST)
    await applications.worker("events").drain()
    await released(applications, client("feedback", SERVICE), client("feedback"), FIVE, event_id=draft["id"])
    assert await counted(client) == (None, None, 0)
    assert (await client("events", ADMIN).post(f"/v1/events/{draft['id']}/publish")).status_code == 200
    await applications.worker("events").drain()
    assert await counted(client) == (5, None, 5)


async def event_row(applications, event):
    async with applications.runtime("events").database.reading() as session:
        return await session.get(Event, event["id"])
