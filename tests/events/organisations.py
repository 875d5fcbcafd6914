"""Organisations that the registry tells, the spellings of one of them, and the figures of their people."""

from collections import Counter
from datetime import timedelta
from uuid import uuid4

from services.events.registrations import recounting
from tests.factories import (
    COORDINATION,
    COORDINATOR,
    PAST,
    SERVICE,
    a_known_organisation,
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


async def joined_of(superuser, registration_id):
    found = "SELECT organisation_id::text FROM events.registrations WHERE id = $1"
    return await superuser.fetchval(found, registration_id)


async def a_known_project(client, implementer):
    project = str(uuid4())
    told = {"project_id": project, "slug": "hanke", "name": {"fi": "Hanke"}, "leads": False, "version": 1}
    await tell(client, "project.created", {**told, "implementer_id": implementer})
    return project
