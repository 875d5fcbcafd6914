"""Who comes from where: several spellings of one organisation are one, once somebody has decided so."""

import asyncio
from collections import Counter
from datetime import timedelta
from uuid import uuid4

import pytest

from services.events.events.models import Event
from services.events.organisations import service as copied_organisations
from services.events.registrations import organisations, recounting
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
    a_project,
    an_event,
    person,
)

OFFICIAL = "Kehittämis- ja hallintokeskus"
SPELLINGS = (OFFICIAL, "KEHA", "KEHA-keskus", "Keha  keskus")
LAST_YEAR = PAST - timedelta(days=365)


async def tell(client, kind, data, *, message_id=None):
    """Send a message to events as the registry's relay does."""
    message = {
        "specversion": "1.0",
        "id": message_id or str(uuid4()),
        "source": "/api/registry",
        "type": f"vipu.{kind}.v1",
        "subject": str(uuid4()),
        "time": "2026-11-01T00:00:00Z",
        "datacontenttype": "application/json",
        "data": data,
    }
    answer = await client("events", SERVICE).post("/v1/messages", {"messages": [message]})
    assert answer.status_code == 202, answer.text


async def decide(client, spelling, organisation_id, *, coordination=COORDINATION, version=1):
    """Announce a decision of the registry; what takes it back."""
    decision = {
        "spelling_id": str(uuid4()),
        "coordination_id": coordination and str(coordination),
        "spelling": spelling,
    }
    await tell(client, "spelling.decided", {**decision, "organisation_id": organisation_id, "version": version})

    async def withdraw():
        await tell(client, "spelling.withdrawn", {**decision, "version": version + 1})

    return withdraw


async def follow(applications):
    """Let the registrations follow what messages have changed."""
    await recounting.recount_organisations(applications.runtime("events"))


async def keha(client, **facts):
    facts = {"organisation_kind": "agency", "abbreviations": ["KEHA"], **facts}
    return await a_known_organisation(client("events", SERVICE), OFFICIAL, **facts)


async def attend(client, event, *organisations, who=COORDINATOR, **facts):
    """Register people of these organisations and mark them as present."""
    staff = client("events", who)
    made = []
    for number, organisation in enumerate(organisations):
        body = person(number, organisation=organisation, **facts)
        answer = await staff.post(f"/v1/events/{event['id']}/registrations", body)
        made.append(answer.json()["id"])
    marks = [{"registration_id": one, "status": "attended"} for one in made]
    assert (await staff.put(f"/v1/events/{event['id']}/attendance", {"items": marks})).status_code == 200
    return made


async def figure(client, period="2026S1", *, who=COORDINATOR, coordination=COORDINATION):
    """The organisations of a period's coffees, and the people who wait: such a number is a lower bound, or none."""
    asked = {"coordination": str(coordination), "period": period, "keys": ["coffee_part"]}
    [item] = (await client("events", who).get("/v1/measures", **asked)).json()["items"]
    [organisations] = [one for one in item["extra"] if one["key"] == "organisations"]
    waiting = sum(one["count"] for one in item["missing"] if one["code"] == "organisation_unknown")
    joined = organisations["value"] and int(organisations["value"])
    told = ("no_data", None) if joined is None else ("value", "at_least" if waiting else None)
    assert (organisations["state"], organisations["qualifier"]) == told
    return joined, waiting


async def spellings(client, who=COORDINATOR, **filters):
    answer = await client("events", who).get(
        "/v1/organisation-spellings", **{"coordination": str(COORDINATION), **filters}
    )
    assert answer.status_code == 200, answer.text
    return answer.json()["items"]


async def assert_counts_equal_rows(superuser):
    """The counts of every event are those of its rows, under what each row is joined to."""
    rows = await superuser.fetch("SELECT * FROM events.registrations")
    expected = Counter()
    for row in rows:
        joined = row["organisation_id"]
        subject = (row["event_id"], joined, None if joined else row["organisation_key"])
        if subject[1:] != (None, None):
            expected[(*subject, "registered")] += row["state"] != "cancelled"
            expected[(*subject, "attended")] += row["attendance"] in {"attended", "partially_attended"}
    counts = await superuser.fetch("SELECT * FROM events.event_organisation_counts")
    found = Counter()
    for row in counts:
        for name in ("registered", "attended"):
            found[(row["event_id"], row["organisation_id"], row["organisation_key"], name)] += row[name]
    assert +found == +expected


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


async def joined_of(superuser, registration_id):
    found = "SELECT organisation_id::text FROM events.registrations WHERE id = $1"
    return await superuser.fetchval(found, registration_id)


async def a_known_project(client, implementer):
    project = str(uuid4())
    told = {"project_id": project, "slug": "hanke", "name": {"fi": "Hanke"}, "leads": False, "version": 1}
    await tell(client, "project.created", {**told, "implementer_id": implementer})
    return project


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


async def test_a_version_that_changes_no_copied_fact_makes_nothing_due(client, applications, superuser):
    project = {"project_id": str(uuid4()), "implementer_id": await keha(client), "leads": False, "slug": "hanke"}
    await tell(client, "project.created", {**project, "name": {"fi": "Hanke"}, "version": 1})
    await follow(applications)
    due = "SELECT copy, id::text FROM events.followed_copies WHERE NOT is_recounted"
    await tell(client, "project.changed", {**project, "name": {"fi": "Uusi nimi"}, "version": 2})
    assert await superuser.fetch(due) == []
    await tell(client, "project.changed", {**project, "name": {"fi": "Hanke"}, "implementer_id": None, "version": 3})
    assert [tuple(row) for row in await superuser.fetch(due)] == [("implementers", project["project_id"])]


async def test_more_organisations_than_are_followed_at_once_are_all_found(client, applications, superuser):
    names = [f"Virasto {number}" for number in range(201)]
    told = [
        {"organisation_id": str(uuid4()), "organisation_kind": "agency", "name": {"fi": name}, "version": 1}
        for name in names
    ]
    async with applications.runtime("events").database.transaction() as session:
        await copied_organisations.receive_organisations(session, told)
    keys = await superuser.fetch("SELECT key FROM events.organisation_keys WHERE is_current")
    assert {row["key"] for row in keys} == {name.lower() for name in names}


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
