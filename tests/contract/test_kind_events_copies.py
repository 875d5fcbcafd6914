"""Every copy of another service's facts follows them: over lost, repeated and shuffled messages, and field by field.

A further copy is one line of `COPIES`, with one of `MAKERS` where its producer's objects are new here.
"""

import random
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import Table, select

from services.events.coordinations import service as coordinations
from services.events.coordinations.schemas import AnnouncedProject
from services.feedback.events import service as known_events
from services.feedback.events.schemas import AnnouncedEvent
from services.kernel.background.copies import Copied
from services.kernel.runtime import Runtime
from tests.factories import ADMIN, SERVICE, a_draft, a_project

OWN = {"id", "version", "removed", "copied_at"}
ROUNDS = 50
Row = Mapping[str, Any]
Send = Callable[..., Awaitable[Any]]


@dataclass(frozen=True)
class Copy:
    """A copy: where it is, the table, the list of its producer, and how a row of that list is copied."""

    producer: str
    consumer: str
    table: Table
    reconcile: Callable[[Runtime], Awaitable[object]]
    list_address: str
    filters: Mapping[str, object]
    read: Callable[[Row], Row]


def event_row(item: Row) -> Row:
    return AnnouncedEvent.model_validate(item).row()


def project_row(item: Row) -> Row:
    return AnnouncedProject.model_validate(item).row()


COPIES = {
    "events-in-feedback": Copy(
        "events", "feedback", known_events.TABLE, known_events.reconcile_events, "/v1/events", {}, event_row
    ),
    "coordinations-in-events": Copy(
        "registry",
        "events",
        coordinations.TABLE,
        coordinations.reconcile_coordinations,
        "/v1/projects",
        {"leads": True},
        project_row,
    ),
}

# Changes of each copied column, as patches; other commands are functions of the client and the address.
CALL = str(uuid4())
EVENT_CHANGES: dict[str, object] = {
    "type": {"type": "webinar"},
    "scope": {"scope": "regional", "areas": [{"scheme": "maakunta", "code": "06"}]},
    "areas": {"areas": [{"scheme": "maakunta", "code": "05"}]},
    "themes": {"themes": ["wellbeing_at_work"]},
    "title": {"title": {"fi": "Aamukahvit", "sv": "Morgonkaffe"}},
    "first_on": {"starts_at": "2099-03-10T21:59:00Z"},
    "last_on": {"ends_at": "2099-03-12T22:00:01Z"},
    "event_status": {"event_status": "postponed"},
    "call_ids": {"call_ids": [CALL]},
    "publication_status": "publish",
}
PROJECT_CHANGES: dict[str, object] = {"name": {"name": {"fi": "Uusi nimi", "sv": "Nytt namn"}}}


async def an_event(client, number):
    return await a_draft(client("events", ADMIN), slug=f"tapahtuma-{number}")


async def a_leading_project(client, number):
    return await a_project(client("registry", ADMIN), kind="experiment", scope="national", slug=f"kokeilu-{number}")


# The path of the producer's objects, how one is made, what changes each copied column, and what no command changes.
MAKERS: dict[str, tuple[str, Callable[..., Awaitable[Row]], dict[str, object], set[str]]] = {
    "events-in-feedback": ("/v1/events", an_event, EVENT_CHANGES, {"coordination_id"}),
    "coordinations-in-events": ("/v1/projects", a_leading_project, PROJECT_CHANGES, {"slug"}),
}


async def changed(client, copy: Copy, address: str, change: object) -> None:
    """Change one object of the producer over HTTP, whatever its version is now."""
    admin = client(copy.producer, ADMIN)
    if isinstance(change, str):
        answer = await admin.post(f"{address}/{change}")
    else:
        version = (await admin.get(address)).json()["version"]
        answer = await admin.patch(address, change, version=version)
    assert answer.status_code == 200, answer.text


async def copied(applications, copy: Copy) -> dict[UUID, Row]:
    """The rows of the copy that are not removed, without the columns of its own."""
    names = [column for column in copy.table.columns if column.name not in {"removed", "copied_at"}]
    async with applications.runtime(copy.consumer).database.reading() as session:
        rows = await session.execute(select(*names).where(~copy.table.c.removed))
        return {row["id"]: dict(row) for row in rows.mappings()}


async def produced(client, copy: Copy) -> dict[UUID, Row]:
    """The rows that the producer's list has now, as the copy stores them."""
    listed = (await client(copy.producer, SERVICE).get(copy.list_address, limit=100, **copy.filters)).json()
    assert listed["next_cursor"] is None
    rows = [copy.read(item) for item in listed["items"]]
    return {row["id"]: dict(row) for row in rows}


async def announced(applications, superuser, copy: Copy) -> list[dict[str, object]]:
    """Take the waiting messages of the producer that the consumer subscribes to, oldest first."""
    kinds = applications.apps[copy.consumer].state.service.subscribes
    waiting = f"UPDATE {copy.producer}.outbox SET state = 'sent' WHERE state <> 'sent'"
    taken = await superuser.fetch(f"{waiting} RETURNING position, kind, subject, data")
    return [
        {
            "specversion": "1.0",
            "source": f"/api/{copy.producer}",
            "type": row["kind"],
            "subject": str(row["subject"]),
            "time": "2026-11-01T00:00:00Z",
            "datacontenttype": "application/json",
            "data": row["data"],
        }
        for row in sorted(taken, key=lambda row: row["position"])
        if row["kind"] in kinds
    ]


async def deliver(client, copy: Copy, messages: list[dict[str, object]]) -> None:
    for start in range(0, len(messages), 100):
        batch = [{**message, "id": str(uuid4())} for message in messages[start : start + 100]]
        answer = await client(copy.consumer, SERVICE).post("/v1/messages", {"messages": batch})
        assert answer.status_code == 202, answer.text


def test_every_copy_of_the_services_is_tested_here():
    tables = {model.__tablename__ for model in _copied_models()}
    assert tables == {copy.table.name for copy in COPIES.values()}


def _copied_models():
    return [mapper for mapper in Copied.__subclasses__() if mapper.__module__.startswith("services.")]


@pytest.mark.parametrize("name", COPIES)
def test_every_copied_column_is_changed_here(name):
    _, _, changes, never = MAKERS[name]
    assert {column.name for column in COPIES[name].table.columns} == OWN | set(changes) | never


@pytest.mark.parametrize(
    ("name", "column"), [(name, column) for name, (_, _, changes, _) in MAKERS.items() for column in changes]
)
async def test_a_changed_field_is_followed(client, applications, name, column):
    copy, (path, make, changes, _) = COPIES[name], MAKERS[name]
    made = await make(client, 1)
    await applications.worker(copy.producer).drain()
    [before] = (await copied(applications, copy)).values()
    await changed(client, copy, f"{path}/{made['id']}", changes[column])
    await applications.worker(copy.producer).drain()
    [after] = (await copied(applications, copy)).values()
    assert {after["id"]: after} == await produced(client, copy)
    assert after[column] != before[column]
    assert after["version"] > before["version"]


@pytest.mark.slow
@pytest.mark.parametrize("name", COPIES)
async def test_lost_repeated_and_shuffled_messages_end_in_a_copy_that_equals_its_producer(
    client, applications, superuser, name
):
    copy, (path, make, changes, _) = COPIES[name], MAKERS[name]
    chance = random.Random(name)  # noqa: S311 - Repeatable, not a secret.
    addresses = [f"{path}/{(await make(client, number))['id']}" for number in range(5)]
    patches = [change for change in changes.values() if not isinstance(change, str)]
    batches = [await announced(applications, superuser, copy)]
    for batch in range(3):
        for number in range(ROUNDS):
            title = "name" if "name" in changes else "title"
            unlike = {title: {"fi": f"Nimi {batch} {number}"}}
            await changed(client, copy, chance.choice(addresses), {**chance.choice(patches), **unlike})
        batches.append(await announced(applications, superuser, copy))
    entered, lost, repeated, shuffled = batches
    assert (len(lost), len(repeated), len(shuffled)) == (ROUNDS, ROUNDS, ROUNDS)
    await deliver(client, copy, entered)
    await deliver(client, copy, [*repeated, *repeated])
    await deliver(client, copy, chance.sample(shuffled, len(shuffled)))
    await copy.reconcile(applications.runtime(copy.consumer))
    assert await copied(applications, copy) == await produced(client, copy)
    # The next reconciling finds nothing to mend.
    written = await superuser.fetch(f"SELECT id, copied_at FROM {copy.consumer}.{copy.table.name} ORDER BY id")
    await copy.reconcile(applications.runtime(copy.consumer))
    again = await superuser.fetch(f"SELECT id, copied_at FROM {copy.consumer}.{copy.table.name} ORDER BY id")
    assert again == written


@pytest.mark.parametrize("name", COPIES)
async def test_a_new_copy_and_one_from_an_old_backup_are_filled_by_reconciling(client, applications, superuser, name):
    copy, (_, make, _, _) = COPIES[name], MAKERS[name]
    for number in range(2):
        await make(client, number)
    await superuser.execute(f"UPDATE {copy.producer}.outbox SET state = 'sent'")
    assert await copied(applications, copy) == {}
    await copy.reconcile(applications.runtime(copy.consumer))
    assert await copied(applications, copy) == await produced(client, copy)
    # The producer comes from a backup that is older than the copy, or the consumer from one with other facts.
    await superuser.execute(
        f"UPDATE {copy.consumer}.{copy.table.name} SET version = 99, removed = (id = $1)", UUID(int=0)
    )
    await copy.reconcile(applications.runtime(copy.consumer))
    assert await copied(applications, copy) == await produced(client, copy)
