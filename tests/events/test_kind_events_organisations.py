"""Who comes from where: several spellings of one organisation are one, once somebody has decided so."""

import asyncio
from uuid import uuid4

import pytest

from tests.events.organisations import (
    LAST_YEAR,
    OFFICIAL,
    SPELLINGS,
    a_known_project,
    assert_counts_equal_rows,
    attend,
    decide,
    figure,
    follow,
    joined_of,
    keha,
    spellings,
    tell,
)
from tests.factories import (
    ADMIN,
    COORDINATION,
    COORDINATOR,
    COORDINATOR_ELSEWHERE,
    ELSEWHERE,
    FUNDER,
    PAST,
    SERVICE,
    a_known_organisation,
    an_event,
    person,
)


async def test_four_spellings_of_one_organisation_are_one_after_the_decisions_and_four_again_without(
    client, applications, superuser
):
    organisation = await keha(client)
    now = await an_event(client("events", ADMIN), starts_at=PAST)
    then = await an_event(client("events", ADMIN), starts_at=LAST_YEAR)
    for event in (now, then):
        await attend(client, event, *SPELLINGS)
    assert [await figure(client, period) for period in ("2026S1", "2025S1")] == [(1, 2), (1, 2)]
    waiting = await spellings(client)
    assert {(one["spelling"], one["registrations"], one["attended"], one["events"]) for one in waiting} == {
        ("KEHA-keskus", 2, 2, 2),
        ("Keha  keskus", 2, 2, 2),
    }
    assert [one["organisation_id"] for one in waiting[0]["candidates"]] == [organisation]
    withdrawals = [await decide(client, spelling, organisation) for spelling in ("KEHA-KESKUS", "Keha keskus")]
    await follow(applications)
    assert [await figure(client, period) for period in ("2026S1", "2025S1")] == [(1, 0), (1, 0)]
    assert await spellings(client) == []
    await assert_counts_equal_rows(superuser)
    # Future rows too, and only of this coordination project.
    elsewhere = await an_event(client("events", ADMIN), coordination_id=str(ELSEWHERE))
    later = await an_event(client("events", ADMIN))
    body = person(9, organisation="keha keskus")
    for event in (later, elsewhere):
        assert (await client("events").post(f"/v1/events/{event['id']}/registrations", body)).status_code == 201
    joined = await superuser.fetch("SELECT organisation_id::text FROM events.registrations ORDER BY created_at DESC")
    assert [row[0] for row in joined[:2]] == [None, organisation]
    for withdraw in withdrawals:
        await withdraw()
    await follow(applications)
    assert [await figure(client, period) for period in ("2026S1", "2025S1")] == [(1, 2), (1, 2)]
    assert len(await spellings(client)) == 2
    await assert_counts_equal_rows(superuser)


async def test_with_no_row_joined_there_is_no_figure_but_the_number_of_rows_that_wait(client):
    await attend(client, await an_event(client("events", ADMIN), starts_at=PAST), "KEHA-keskus", "Keha keskus", None)
    assert await figure(client) == (None, 2)
    assert [one["spelling"] for one in await spellings(client, period="2026S1")] == ["KEHA-keskus", "Keha keskus"]
    assert await spellings(client, period="2025S1") == []
    assert [one["spelling"] for one in await spellings(client, q="-KES")] == ["KEHA-keskus"]


@pytest.mark.parametrize(
    ("facts", "joins"),
    [
        ({"organisation": "kehittämis- JA  hallintokeskus"}, True),
        ({"organisation": "Keha"}, True),
        ({"organisation": "Oma tiimi", "email": "a@keha.example"}, True),
        ({"organisation": None, "email": "a@KEHA.example"}, True),
        ({"organisation": None, "email": "a@posti.keha.example"}, False),
        ({"organisation": "KEHA-keskus"}, False),
        # Two organisations are named: by one word, or by the word and the address.
        ({"organisation": "Keskus"}, False),
        ({"organisation": "KEHA", "email": "a@toinen.example"}, False),
        # What was chosen goes first.
        ({"organisation": "Toinen keskus", "organisation_id": "keha"}, True),
        ({"organisation": "Toinen keskus", "project_id": "hanke"}, True),
        ({"organisation": None, "organisation_id": "keha"}, True),
    ],
)
async def test_what_names_exactly_one_organisation_is_joined(client, superuser, facts, joins):
    organisation = await keha(client, abbreviations=["KEHA", "Keskus"], mail_domains=["keha.example"])
    more = {"abbreviations": ["Keskus"], "mail_domains": ["toinen.example"]}
    await a_known_organisation(client("events", SERVICE), "Toinen keskus", **more)
    project = await a_known_project(client, organisation)
    chosen = {"keha": organisation, "hanke": project}
    body = person(1, **{name: chosen.get(value, value) for name, value in facts.items()})
    event = await an_event(client("events", ADMIN))
    answer = await client("events").post(f"/v1/events/{event['id']}/registrations", body)
    assert answer.status_code == 201, answer.text
    assert await joined_of(superuser, answer.json()["id"]) == (organisation if joins else None)
    read = (await client("events", COORDINATOR).get(f"/v1/registrations/{answer.json()['id']}")).json()
    assert read["organisation_id"] == (organisation if joins else None)
    if "organisation_id" in facts and facts["organisation"] is None:
        assert read["organisation"] == OFFICIAL
    await assert_counts_equal_rows(superuser)


@pytest.mark.parametrize("choice", ["organisation_id", "project_id"])
async def test_an_unknown_choice_is_refused_and_takes_no_seat_while_the_others_get_theirs(client, superuser, choice):
    event = await an_event(client("events", ADMIN), capacity=2)
    address = f"/v1/events/{event['id']}/registrations"
    bodies = [person(1), person(2, **{choice: str(uuid4())}), person(3)]
    answers = await asyncio.gather(*(client("events").post(address, body) for body in bodies))
    assert [answer.status_code for answer in answers] == [201, 409, 201]
    assert (answers[1].json()["code"], answers[1].json()["retryable"]) == ("not-known-yet", True)
    staff = client("events", COORDINATOR)
    begun = await an_event(client("events", ADMIN), starts_at=PAST)
    answer = await staff.post(f"/v1/events/{begun['id']}/walk-ins", {"name": "Ohi Kulkija", choice: str(uuid4())})
    assert (answer.status_code, answer.json()["code"]) == (409, "not-known-yet")
    assert await superuser.fetchval("SELECT count(*) FROM events.registrations") == 2


async def test_a_walk_in_who_chose_their_organisation_is_one_person_in_every_language(client):
    names = {"fi": OFFICIAL, "sv": "Utvecklings- och förvaltningscentret"}
    organisation = await a_known_organisation(client("events", SERVICE), names)
    event = await an_event(client("events", ADMIN), starts_at=PAST)
    staff, address = client("events", COORDINATOR), f"/v1/events/{event['id']}/walk-ins"
    body = {"name": "Ohi Kulkija", "organisation_id": organisation}
    entered = [await staff.post(address, {**body, "language": language}) for language in ("fi", "sv")]
    assert [answer.status_code for answer in entered] == [201, 201], entered[1].text
    assert entered[0].json() == entered[1].json()


async def test_a_namesake_who_chose_an_organisation_is_offered_the_one_without(client):
    organisation = await keha(client)
    event = await an_event(client("events", ADMIN), starts_at=PAST)
    staff, address = client("events", COORDINATOR), f"/v1/events/{event['id']}/walk-ins"
    assert (await staff.post(address, {"name": "Ohi Kulkija"})).status_code == 201
    offered = await staff.post(address, {"name": "Ohi Kulkija", "organisation_id": organisation})
    assert (offered.status_code, offered.json()["code"]) == (409, "walk-in-may-be-registered")


async def test_an_unknown_choice_is_refused_for_a_waiting_person_too_and_after_the_events_own_refusal(client):
    event = await an_event(client("events", ADMIN), capacity=1, waiting_list="auto")
    staff, address = client("events", COORDINATOR), f"/v1/events/{event['id']}/registrations"
    for number in (1, 2):
        assert (await client("events").post(address, person(number))).status_code == 201
    unknown = {"organisation_id": str(uuid4())}
    forced = await staff.post(address, person(2, force_reason="Puhuja", **unknown))
    assert (forced.status_code, forced.json()["code"]) == (409, "not-known-yet")
    full = await an_event(client("events", ADMIN), capacity=0)
    refused = await client("events").post(f"/v1/events/{full['id']}/registrations", person(1, **unknown))
    assert (refused.status_code, refused.json()["code"]) == (409, "event-full")


async def test_an_organisation_that_changes_merges_and_goes_takes_its_people_along(client, applications, superuser):
    event = await an_event(client("events", ADMIN), starts_at=PAST)
    old, new = await keha(client, abbreviations=[]), await a_known_organisation(client("events", SERVICE), "Virasto")
    chosen, named, short = await attend(client, event, None, OFFICIAL, "KEHA")
    patched = await client("events", COORDINATOR).patch(
        f"/v1/registrations/{chosen}", {"organisation_id": old}, version=2
    )
    assert patched.json()["organisation_id"] == old

    async def joined():
        await follow(applications)
        await assert_counts_equal_rows(superuser)
        return [await joined_of(superuser, one) for one in (chosen, named, short)]

    told = {"organisation_id": old, "organisation_kind": "agency", "name": {"fi": OFFICIAL}, "abbreviations": ["KEHA"]}
    assert await joined() == [old, old, None]
    await tell(client, "organisation.changed", {**told, "version": 2})
    assert await joined() == [old, old, old]
    await tell(client, "organisation.changed", {**told, "merged_into": new, "version": 3})
    assert await joined() == [new, new, new]
    await tell(client, "organisation.changed", {**told, "name": {"fi": "Muu"}, "version": 4})
    assert await joined() == [old, None, old]
    await tell(client, "organisation.removed", {"organisation_id": old, "version": 5})
    assert await joined() == [None, None, None]
    # A late message changes nothing.
    await tell(client, "organisation.changed", {**told, "version": 4})
    assert await joined() == [None, None, None]


async def test_a_correction_by_the_staff_joins_anew(client, superuser):
    organisation = await keha(client)
    event = await an_event(client("events", ADMIN), starts_at=PAST)
    [made] = await attend(client, event, "Jokin muu")
    staff = client("events", COORDINATOR)
    steps = [
        ({"organisation": "keha"}, organisation),
        ({"organisation": "Jokin muu"}, None),
        ({"organisation_id": organisation, "organisation_kind": "agency"}, organisation),
        ({"organisation": "Jokin kolmas"}, None),
    ]
    for version, (body, joined) in enumerate(steps, start=2):
        answer = await staff.patch(f"/v1/registrations/{made}", body, version=version)
        assert (answer.status_code, answer.json()["organisation_id"]) == (200, joined)
        await assert_counts_equal_rows(superuser)
    assert answer.json()["organisation_kind"] == "agency"
    unknown = await staff.patch(f"/v1/registrations/{made}", {"organisation_id": str(uuid4())}, version=6)
    assert (unknown.status_code, unknown.json()["code"]) == (409, "not-known-yet")


async def test_a_choice_that_is_sent_with_a_new_text_stays_also_where_it_is_the_present_one(client):
    organisation = await keha(client)
    project = await a_known_project(client, organisation)
    event = await an_event(client("events", ADMIN), starts_at=PAST)
    staff = client("events", COORDINATOR)
    for number, choice in enumerate(({"organisation_id": organisation}, {"project_id": project})):
        made = await staff.post(f"/v1/events/{event['id']}/registrations", person(number, **choice))
        address = f"/v1/registrations/{made.json()['id']}"
        steps = [({"organisation": "Uusi", **choice}, organisation), ({"organisation": "Jokin kolmas"}, None)]
        for version, (body, joined) in enumerate(steps, start=1):
            answer = await staff.patch(address, body, version=version)
            assert (answer.status_code, answer.json()["organisation_id"]) == (200, joined)
        assert answer.json()["project_id"] is None


async def test_a_choice_of_the_organisation_that_a_decision_joined_outlives_the_decision(
    client, applications, superuser
):
    organisation = await keha(client)
    event = await an_event(client("events", ADMIN), starts_at=PAST)
    withdraw = await decide(client, "Jokin muu", organisation)
    [made] = await attend(client, event, "Jokin muu")
    staff = client("events", COORDINATOR)
    chosen = await staff.patch(f"/v1/registrations/{made}", {"organisation_id": organisation}, version=2)
    assert (chosen.status_code, chosen.json()["version"]) == (200, 3)
    await withdraw()
    await follow(applications)
    assert await joined_of(superuser, made) == organisation


async def test_spellings_that_wait_are_for_the_staff_and_leave_the_service_in_no_message(
    client, applications, superuser
):
    await attend(client, await an_event(client("events", ADMIN), starts_at=PAST), "Salainen Toiminimi")
    await follow(applications)
    asked = {"coordination": str(COORDINATION)}
    for who, status in ((FUNDER, 403), (COORDINATOR_ELSEWHERE, 404), (COORDINATOR, 200)):
        answer = await client("events", who).get("/v1/organisation-spellings", **asked)
        assert answer.status_code == status
    assert answer.headers["cache-control"] == "no-store"
    assert (await client("events").get("/v1/organisation-spellings", **asked)).status_code == 401
    sent = await superuser.fetch("SELECT data::text FROM events.outbox")
    jobs = await superuser.fetch("SELECT payload FROM events.pgqueuer")
    assert not [row for row in (*sent, *jobs) if "salainen" in str(row[0]).casefold()]
    funders = (await client("events", FUNDER).get("/v1/measures", **asked, period="2026S1")).text
    assert "salainen" not in funders.casefold()
