"""The number of SQL statements of frequent requests is fixed: one more is a decision, not an accident."""

import asyncio

from tests.factories import (
    ADMIN,
    COORDINATOR,
    PAST,
    SERVICE,
    a_known_organisation,
    a_survey,
    an_event,
    many_projects,
    person,
    registrations_of,
    respond,
    tickets_of,
)


async def test_an_anonymous_registration(client, statements):
    event = await an_event(client("events", COORDINATOR), capacity=5)
    with statements() as sent:
        answer = await client("events").post(f"/v1/events/{event['id']}/registrations", person())
    # One is for people who return. It is sent for all, so that the time of the answer does not tell who does.
    assert (answer.status_code, len(sent)) == (201, 9), sent


async def test_a_batch_of_twenty_registrations_needs_no_more_than_one(client, statements):
    event = await an_event(client("events", COORDINATOR), capacity=50)
    address = f"/v1/events/{event['id']}/registrations"
    with statements() as sent:
        answers = await asyncio.gather(*(client("events").post(address, person(number)) for number in range(20)))
    assert ({answer.status_code for answer in answers}, len(sent)) == ({201}, 9), sent


async def test_a_registration_that_names_an_organisation_of_the_registry_needs_one_more(client, statements):
    organisation = await a_known_organisation(client("events", SERVICE), "Virasto")
    event = await an_event(client("events", COORDINATOR), capacity=5)
    body = person(organisation_id=organisation)
    with statements() as sent:
        answer = await client("events").post(f"/v1/events/{event['id']}/registrations", body)
    assert (answer.status_code, len(sent)) == (201, 10), sent


async def test_the_marks_of_twenty_persons(client, statements):
    staff = client("events", COORDINATOR)
    event = await an_event(staff, starts_at=PAST)
    address, ids = f"/v1/events/{event['id']}/attendance", await registrations_of(staff, event, 20)
    # The first is from the organisation of every third.
    before = {one: "unknown" if place % 3 else "attended" for place, one in enumerate(ids)}
    after = {one: "attended" if place % 3 else "excused" for place, one in enumerate(ids)}
    # One of them is the entry in the audit.
    for marks, attended_count, statement_count in ((before, 7, 9), (after, 13, 10)):
        items = [{"registration_id": one, "status": status} for one, status in marks.items()]
        with statements() as sent:
            answer = await staff.put(address, {"items": items})
        assert (answer.json()["attended_count"], len(sent)) == (attended_count, statement_count), sent


async def test_five_people_move_up_from_the_waiting_list_with_no_more_than_one(client, statements):
    staff, counts = client("events", COORDINATOR), []
    for waiting in (1, 5):
        event = await an_event(staff, capacity=1, waiting_list="auto")
        await registrations_of(staff, event, 1 + waiting)
        address = f"/v1/events/{event['id']}"
        version = (await staff.get(address)).json()["version"]
        with statements() as sent:
            answer = await staff.patch(address, {"capacity": 1 + waiting}, version=version)
        assert (answer.status_code, answer.json()["waiting_count"]) == (200, 0), answer.text
        counts.append(len(sent))
    assert counts[0] == counts[1], counts


async def test_the_public_list_of_events(client, statements):
    for number in range(3):
        await an_event(client("events", COORDINATOR), title={"fi": f"Kahvit {number}"})
    with statements() as sent:
        answer = await client("events").get("/v1/events", limit=2)
    assert (len(answer.json()["items"]), len(sent)) == (2, 1), sent


async def test_one_answer_to_a_survey(client, statements):
    service = client("feedback", SERVICE)
    survey_id = await a_survey(service)
    [ticket] = await tickets_of(service, survey_id, 1)
    with statements() as sent:
        answer = await respond(client("feedback"), survey_id, ticket)
    assert (answer.status_code, len(sent)) == (201, 3), sent


async def test_a_page_of_projects(client, statements):
    await many_projects(client("registry", ADMIN), [{"name": {"fi": f"Kokeilu {number}"}} for number in range(5)])
    with statements() as sent:
        answer = await client("registry").get("/v1/projects", limit=4)
    assert (len(answer.json()["items"]), len(sent)) == (4, 1), sent


async def test_the_summary_of_a_dashboard(client, statements):
    body = {"slug": "ohjelma", "kind": "programme", "scope": "national"}
    await many_projects(client("registry", ADMIN), [body])
    with statements() as sent:
        answer = await client("dashboard", ADMIN).get("/v1/coordinations/ohjelma/summary", period="2026S2")
    assert (answer.status_code, len(sent)) == (200, 15), sent
