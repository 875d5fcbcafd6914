"""Decisions about spellings: for past and future rows, over both services, and while people register."""

import asyncio

import pytest

from services.events.events.models import Event
from services.events.organisations.service import reconcile_organisations
from services.events.registrations import organisations, recounting
from tests.events.organisations import (
    LAST_YEAR,
    OFFICIAL,
    SPELLINGS,
    assert_counts_equal_rows,
    attend,
    decide,
    figure,
    follow,
    joined_of,
    keha,
    spellings,
)
from tests.factories import (
    ADMIN,
    COORDINATION,
    COORDINATOR,
    ELSEWHERE,
    PAST,
    SERVICE,
    a_known_organisation,
    a_project,
    an_event,
    person,
)


async def test_a_decision_for_all_holds_everywhere_but_where_a_coordination_project_decided_otherwise(
    client, applications, superuser
):
    ours, theirs = await keha(client), await a_known_organisation(client("events", SERVICE), "Kehä Oy")
    events = [
        await an_event(client("events", ADMIN), coordination_id=str(place), starts_at=PAST)
        for place in (COORDINATION, ELSEWHERE)
    ]
    made = []
    for event in events:
        address = f"/v1/events/{event['id']}/registrations"
        answer = await client("events", ADMIN).post(address, person(1, organisation="Kehä"))
        made.append(answer.json()["id"])
    await decide(client, "Kehä", ours, coordination=None)
    withdraw = await decide(client, "Kehä", theirs, coordination=ELSEWHERE)
    await follow(applications)
    assert [await joined_of(superuser, one) for one in made] == [ours, theirs]
    await withdraw()
    await follow(applications)
    assert [await joined_of(superuser, one) for one in made] == [ours, ours]


@pytest.mark.slow
async def test_both_services_together_join_a_spelling_for_past_and_future_rows(client, applications, superuser):
    registry, coordination = client("registry", ADMIN), await a_coordination(client)
    official = await registry.post(
        "/v1/organisations", {"kind": "agency", "name": {"fi": OFFICIAL}, "abbreviations": ["KEHA"]}
    )
    organisation = official.json()["id"]
    for service in ("registry", "events"):
        await applications.worker(service).drain()
    events = [
        await an_event(client("events", ADMIN), starts_at=day, coordination_id=coordination)
        for day in (PAST, LAST_YEAR)
    ]
    for event in events:
        await attend(client, event, *SPELLINGS, who=ADMIN)
    asked = {"coordination": coordination, "who": ADMIN}
    assert [await figure(client, period, **asked) for period in ("2026S1", "2025S1")] == [(1, 2), (1, 2)]
    decisions = []
    for spelling in await spellings(client, **asked):
        body = {"coordination_id": coordination, "spelling": spelling["spelling"], "organisation_id": organisation}
        decisions.append((await registry.post("/v1/spellings", body)).json())
    for service in ("registry", "events"):
        await applications.worker(service).drain()
    assert [await figure(client, period, **asked) for period in ("2026S1", "2025S1")] == [(1, 0), (1, 0)]
    for decision in decisions:
        gone = await registry.delete(f"/v1/spellings/{decision['id']}", version=decision["version"])
        assert gone.status_code == 204, gone.text
    # The messages are lost; the nightly reconciling finds what they would have told.
    await superuser.execute("UPDATE registry.outbox SET state = 'sent'")
    await reconcile_organisations(applications.runtime("events"))
    await applications.worker("events").drain()
    assert [await figure(client, period, **asked) for period in ("2026S1", "2025S1")] == [(1, 2), (1, 2)]
    await assert_counts_equal_rows(superuser)


async def a_coordination(client):
    facts = {"kind": "coordination", "scope": "national", "name": {"fi": "Parempi työelämä!"}}
    return (await a_project(client("registry", ADMIN), **facts))["id"]


@pytest.mark.parametrize("is_locked", [True, False])
async def test_a_decision_while_people_register_and_cancel_leaves_no_row_and_no_count_behind(
    client, applications, superuser, monkeypatch, is_locked
):
    """Without the lock, who cancels meanwhile is taken from the count of a spelling that has gone."""
    organisation = await keha(client, abbreviations=[])
    event = await an_event(client("events", ADMIN))
    address = f"/v1/events/{event['id']}/registrations"
    meeting = asyncio.Event()
    count_anew = organisations.count_anew

    async def count_slowly(session, event_id):
        await count_anew(session, event_id)
        meeting.set()
        await asyncio.sleep(0.5)

    monkeypatch.setattr(organisations, "count_anew", count_slowly)
    if not is_locked:
        monkeypatch.setattr(recounting.event_queries, "lock", lambda session, event_id: session.get(Event, event_id))

    async def register(number):
        body = person(number, organisation=["KEHA-keskus", "Muu"][number % 2])
        answer = await client("events").post(address, body)
        assert answer.status_code == 201, answer.text
        return answer.json()["id"]

    async def change_meanwhile(people):
        await meeting.wait()
        staff = client("events", COORDINATOR)
        cancelling = (staff.post(f"/v1/registrations/{one}/cancel") for one in people[:4])
        await asyncio.gather(*cancelling, *(register(number) for number in range(10, 20)))

    people = await asyncio.gather(*(register(number) for number in range(10)))
    await decide(client, "KEHA-keskus", organisation)
    await asyncio.gather(follow(applications), change_meanwhile(people))
    assert (
        await superuser.fetchval(
            "SELECT count(*) FROM events.registrations"
            " WHERE (organisation_id IS NULL) = (organisation_key = 'keha-keskus')"
        )
        == 0
    )
    if is_locked:
        await assert_counts_equal_rows(superuser)
    else:
        with pytest.raises(AssertionError):
            await assert_counts_equal_rows(superuser)


async def test_a_decision_while_the_staff_correct_a_spelling_joins_the_corrected_row(
    client, applications, superuser, monkeypatch
):
    organisation = await keha(client, abbreviations=[])
    event = await an_event(client("events", ADMIN), starts_at=PAST)
    [made] = await attend(client, event, "Jokin muu")
    join, following = organisations.join, []

    async def join_before_the_decision(session, event, registration):
        await join(session, event, registration)
        await decide(client, "KEHA-keskus", organisation)
        following.append(asyncio.create_task(follow(applications)))
        # A run that does not wait for this correction ends meanwhile.
        await asyncio.wait(following, timeout=0.5)

    monkeypatch.setattr(organisations, "join", join_before_the_decision)
    corrected = await client("events", COORDINATOR).patch(
        f"/v1/registrations/{made}", {"organisation": "KEHA-keskus"}, version=2
    )
    assert corrected.status_code == 200, corrected.text
    await asyncio.gather(*following)
    assert await joined_of(superuser, made) == organisation
    await assert_counts_equal_rows(superuser)
