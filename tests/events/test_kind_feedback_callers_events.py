"""Events believes no caller about objects of the registry, and invites to its own coordination's survey only."""

from uuid import uuid4

import pytest

from services.feedback.events.service import reconcile_events
from tests.events.mailing import received, text_of
from tests.events.test_feedback_invitations import LINK, a_held_event
from tests.factories import (
    ADMIN,
    COORDINATION,
    COORDINATOR,
    COORDINATOR_ELSEWHERE,
    ELSEWHERE,
    PAST,
    an_event,
    event_body,
    person,
    survey_body,
)


@pytest.mark.parametrize("state", ["open", "draft"])
async def test_attendees_are_asked_by_their_own_coordination_only(applications, client, superuser, state):
    event = await a_held_event(applications, attended=2, coordination_id=COORDINATION)
    # Even where feedback once took the event for another's.
    await superuser.execute("UPDATE feedback.known_events SET coordination_id = $1", ELSEWHERE)
    hostile = client("feedback", COORDINATOR_ELSEWHERE)
    foreign = await hostile.post("/v1/surveys", {**survey_body(str(event.id)), "state": state}, key=True)
    assert foreign.status_code == 201, foreign.text
    await applications.worker("events").drain()
    assert await received(superuser) == [], "While feedback takes the event for another's, no survey is the right one."
    await superuser.execute("UPDATE feedback.known_events SET version = version - 1")
    await reconcile_events(applications.runtime("feedback"))
    await applications.worker("events").drain()
    mails = await received(superuser)
    [survey_id] = {LINK.search(text_of(mail))[1] for mail in mails}
    assert len(mails) == 2 and survey_id != foreign.json()["id"]
    kept = await superuser.fetchval("SELECT coordination_id FROM feedback.surveys WHERE id::text = $1", survey_id)
    assert kept == COORDINATION


async def test_an_event_names_a_leading_project_that_was_announced(client, superuser):
    staff = client("events", ADMIN)
    unknown = await staff.post("/v1/events", event_body(coordination_id=str(uuid4())), key=True)
    assert (unknown.status_code, unknown.json()["code"]) == (409, "not-known-yet")
    await superuser.execute("UPDATE events.coordinations SET removed = true WHERE id = $1", ELSEWHERE)
    ended = await staff.post("/v1/events", event_body(coordination_id=str(ELSEWHERE)), key=True)
    assert (ended.status_code, ended.json()["code"]) == (409, "not-known-yet")


async def test_an_event_names_projects_that_were_announced_and_keeps_those_that_were_removed(client, superuser):
    staff, project, other = client("events", ADMIN), str(uuid4()), str(uuid4())
    refused = await staff.post("/v1/events", event_body(project_ids=[project]), key=True)
    assert (refused.status_code, refused.json()["code"]) == (409, "not-known-yet")
    await superuser.execute("INSERT INTO events.implementers (id, version) VALUES ($1, 1)", project)
    event = await an_event(staff, project_ids=[project])
    address = f"/v1/events/{event['id']}"
    await superuser.execute("UPDATE events.implementers SET removed = true")
    both = await staff.patch(address, {"project_ids": [project, other]}, version=2)
    assert (both.status_code, both.json()["code"]) == (409, "not-known-yet")
    kept = await staff.patch(address, {"project_ids": [project], "themes": ["wellbeing_at_work"]}, version=2)
    assert (kept.status_code, kept.json()["project_ids"]) == (200, [project])


async def test_the_address_of_a_person_is_the_organisers_word_where_staff_gave_it(client, superuser):
    staff = client("events", COORDINATOR)
    event, past = await an_event(staff), await an_event(staff, starts_at=PAST)
    at = f"/v1/events/{event['id']}/registrations"
    walk_in = {key: value for key, value in person(3).items() if key != "privacy_accepted"}
    for caller, address, body in (
        (client("events"), at, person(1)),
        (staff, at, person(2)),
        (staff, f"/v1/events/{past['id']}/walk-ins", walk_in),
    ):
        assert (await caller.post(address, body, key=True)).status_code == 201
    entered = "SELECT entered_by FROM events.registrations ORDER BY name"
    assert [row[0] for row in await superuser.fetch(entered)] == ["person", "organiser", "organiser"]
    registration_id = await superuser.fetchval("SELECT id FROM events.registrations WHERE entered_by = 'person'")
    address = f"/v1/registrations/{registration_id}"
    named = await staff.patch(address, {"name": "Henkilö 0"}, version=1)
    assert named.status_code == 200, named.text
    assert await superuser.fetchval(entered) == "person"
    moved = await staff.patch(address, {"email": "oma@koordinaatio.example"}, version=named.json()["version"])
    assert moved.status_code == 200, moved.text
    assert await superuser.fetchval(entered) == "organiser"
