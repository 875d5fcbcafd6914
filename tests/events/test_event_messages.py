"""Messages about events carry the state that other services copy: that of the list, with a higher version each time."""

from uuid import uuid4

import pytest

from services.events.events.messages import EventFact
from tests.factories import ADMIN, PAST, SERVICE, a_draft, an_event, event_body

CALL, PROJECT = str(uuid4()), str(uuid4())
# A new value of each field that a change may set. Days follow from instants; the status has its commands too.
PATCHES = {
    "type": {"type": "webinar"},
    "scope": {"scope": "regional"},
    "areas": {"areas": [{"scheme": "maakunta", "code": "05"}]},
    "themes": {"themes": ["wellbeing_at_work"]},
    "title": {"title": {"fi": "Aamukahvit", "sv": "Morgonkaffe"}},
    "starts_at": {"starts_at": "2099-03-11T07:15:00Z"},
    "first_on": {"starts_at": "2099-03-10T21:59:00Z"},
    "ends_at": {"ends_at": "2099-03-11T09:00:00Z"},
    "last_on": {"ends_at": "2099-03-12T22:00:01Z"},
    "event_status": {"event_status": "postponed"},
    "call_ids": {"call_ids": [CALL]},
    "project_ids": {"project_ids": [PROJECT]},
}


async def announced(superuser):
    rows = await superuser.fetch("SELECT kind, data FROM events.outbox ORDER BY position")
    return [(row["kind"], row["data"]) for row in rows]


async def listed(client, event):
    rows = (await client("events", SERVICE).get("/v1/events")).json()["items"]
    [row] = [row for row in rows if row["id"] == event["id"]]
    return {"event_id": row["id"], **{name: row[name] for name in EventFact.model_fields if name != "event_id"}}


def test_every_field_that_others_copy_is_changed_here():
    assert set(EventFact.model_fields) - set(PATCHES) == {
        "event_id", "coordination_id", "publication_status", "version",
    }  # fmt: skip


@pytest.mark.parametrize("field", PATCHES)
async def test_a_changed_field_is_announced_as_it_is_listed(client, superuser, field):
    event = await an_event(client("events", ADMIN))
    await superuser.execute("INSERT INTO events.implementers (id, version) VALUES ($1, 1)", PROJECT)
    before = await listed(client, event)
    changed = await client("events", ADMIN).patch(f"/v1/events/{event['id']}", PATCHES[field], version=2)
    assert changed.status_code == 200, changed.text
    kind, data = (await announced(superuser))[-1]
    assert (kind, data) == ("vipu.event.changed.v1", await listed(client, event))
    assert data[field] != before[field]
    assert data["version"] == 3


async def test_every_command_announces_the_state_after_it(client, superuser):
    admin = client("events", ADMIN)
    made = (await admin.post("/v1/events", event_body(starts_at=PAST))).json()
    drafted = await listed(client, made)
    await admin.post(f"/v1/events/{made['id']}/publish")
    await admin.post(f"/v1/events/{made['id']}/archive")
    called_off = await a_draft(admin, slug="peruttu")
    await admin.post(f"/v1/events/{called_off['id']}/cancel", {"reason": {"fi": "Sairastapaus"}})
    sent = await announced(superuser)
    assert [(kind.split(".")[2], data["publication_status"], data["version"]) for kind, data in sent] == [
        ("created", "draft", 1),
        ("published", "published", 2),
        ("archived", "archived", 3),
        ("created", "draft", 1),
        ("cancelled", "draft", 2),
    ]
    assert sent[0][1] == drafted
    assert sent[2][1] == await listed(client, made)
    assert sent[4][1] == await listed(client, called_off)
    assert sent[4][1]["event_status"] == "cancelled"
