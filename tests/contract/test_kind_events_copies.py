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
from services.events.organisations import service as organisations
from services.events.organisations.schemas import AnnouncedImplementer, AnnouncedOrganisation, AnnouncedSpelling
from services.feedback.events import service as known_events
from services.feedback.events.schemas import AnnouncedEvent
from services.kernel.background import copies
from services.kernel.background.copies import Copied, Item
from services.kernel.background.upstream import UpstreamUnavailable
from services.kernel.runtime import Runtime
from tests.coordinations import COORDINATION, ELSEWHERE
from tests.factories import ADMIN, SERVICE, a_draft, a_project, an_organisation

OWN = {"id", "version", "removed", "copied_at", "changed_at"}
ROUNDS = 50
Row = Mapping[str, Any]
Send = Callable[..., Awaitable[Any]]


@dataclass(frozen=True)
class Copy:
    """A copy: where it is, the table, the list of its producer, and what is copied of it."""

    producer: str
    consumer: str
    table: Table
    reconcile: Callable[[Runtime], Awaitable[object]]
    list_address: str
    filters: Mapping[str, object]
    item: type[Item]


COPIES = {
    "events-in-feedback": Copy(
        "events", "feedback", known_events.TABLE, known_events.reconcile_events, "/v1/events", {}, AnnouncedEvent
    ),
    "coordinations-in-events": Copy(
        "registry",
        "events",
        coordinations.TABLE,
        coordinations.reconcile_coordinations,
        "/v1/projects",
        {"leads": True},
        AnnouncedProject,
    ),
    "organisations-in-events": Copy(
        "registry",
        "events",
        organisations.ORGANISATIONS,
        organisations.reconcile_organisations,
        "/v1/organisations",
        {},
        AnnouncedOrganisation,
    ),
    "spellings-in-events": Copy(
        "registry",
        "events",
        organisations.SPELLINGS,
        organisations.reconcile_organisations,
        "/v1/spellings",
        {},
        AnnouncedSpelling,
    ),
    "implementers-in-events": Copy(
        "registry",
        "events",
        organisations.IMPLEMENTERS,
        organisations.reconcile_organisations,
        "/v1/projects",
        {"with_merged": True},
        AnnouncedImplementer,
    ),
}


async def merge_organisation(client, address):
    """Merge the organisation into a new one, or take that merge back."""
    registry = client("registry", ADMIN)
    organisation = (await registry.get(address)).json()
    organisation_id = organisation["merged_into"] or organisation["id"]
    merges = f"/v1/organisations/{organisation_id}/merges"
    for merge in (await registry.get(merges)).json()["items"]:
        answer = await registry.delete(f"{merges}/{merge['id']}", version=merge["version"])
        assert answer.status_code == 204, answer.text
        return
    new = await an_organisation(registry, name={"fi": "Seuraaja"})
    answer = await registry.post(f"/v1/organisations/{new}/merges", {"other": organisation_id})
    assert answer.status_code == 201, answer.text


async def decide_another_spelling(client, address):
    """Take the oldest decision back, whichever it is, and decide another spelling of its organisation."""
    registry = client("registry", ADMIN)
    [oldest] = (await registry.get("/v1/spellings", sort="decided_at", limit=1)).json()["items"]
    body = {"coordination_id": None, "spelling": str(uuid4()), "organisation_id": oldest["organisation_id"]}
    assert (await registry.post("/v1/spellings", body)).status_code == 201
    taken_back = await registry.delete(f"/v1/spellings/{oldest['id']}", version=oldest["version"])
    assert taken_back.status_code == 204, taken_back.text


async def change_implementer(client, address):
    """Let a new organisation implement the project."""
    registry = client("registry", ADMIN)
    parties = [{"organisation_id": await an_organisation(registry), "role": "implementer"}]
    version = (await registry.get(address)).json()["version"]
    answer = await registry.patch(address, {"parties": parties}, version=version)
    assert answer.status_code == 200, answer.text


# Changes of each copied column: patches, names of commands without a body, or functions of the client and the address.
CALL = str(uuid4())
EVENT_CHANGES: dict[str, object] = {
    "type": {"type": "webinar"},
    "scope": {"scope": "regional", "areas": [{"scheme": "maakunta", "code": "06"}]},
    "areas": {"areas": [{"scheme": "maakunta", "code": "05"}]},
    "themes": {"themes": ["wellbeing_at_work"]},
    "title": {"title": {"fi": "Aamukahvit", "sv": "Morgonkaffe"}},
    "first_on": {"starts_at": "2099-03-10T21:59:00Z"},
    "last_on": {"ends_at": "2099-03-12T22:00:01Z"},
    "starts_at": {"starts_at": "2099-03-11T06:00:00Z"},
    "ends_at": {"ends_at": "2099-03-11T09:00:00Z"},
    "event_status": {"event_status": "postponed"},
    "call_ids": {"call_ids": [CALL]},
    "publication_status": "publish",
}
PROJECT_CHANGES: dict[str, object] = {"name": {"name": {"fi": "Uusi nimi", "sv": "Nytt namn"}}}
ORGANISATION_CHANGES: dict[str, object] = {
    "kind": {"kind": "company"},
    "name": {"name": {"fi": "Uusi nimi", "sv": "Nytt namn"}},
    "abbreviations": {"abbreviations": ["KEHA"]},
    "mail_domains": {"mail_domains": ["keha-keskus.example"]},
    "areas": {"areas": [{"scheme": "maakunta", "code": "05"}]},
    "merged_into": merge_organisation,
}
IMPLEMENTER_CHANGES: dict[str, object] = {"organisation_id": change_implementer}


async def an_event(client, number):
    return await a_draft(client("events", ADMIN), slug=f"tapahtuma-{number}")


async def a_leading_project(client, number):
    return await a_project(client("registry", ADMIN), kind="experiment", scope="national", slug=f"kokeilu-{number}")


async def a_named_organisation(client, number):
    return {"id": await an_organisation(client("registry", ADMIN), name={"fi": f"Virasto {number}"})}


async def a_spelling(client, number):
    registry = client("registry", ADMIN)
    meant = await an_organisation(registry, name={"fi": f"Virasto {number}"})
    body = {"coordination_id": None, "spelling": f"Virsto {number}", "organisation_id": meant}
    answer = await registry.post("/v1/spellings", body)
    assert answer.status_code == 201, answer.text
    return answer.json()


async def an_implemented_project(client, number):
    registry = client("registry", ADMIN)
    parties = [{"organisation_id": await an_organisation(registry), "role": "implementer"}]
    return await a_project(registry, slug=f"hanke-{number}", parties=parties)


# What is done to the producer's objects where they are only made and removed.
REPLACING = {"spellings-in-events": decide_another_spelling}

# The path of the producer's objects, how one is made, what changes each copied column, and what no command changes.
MAKERS: dict[str, tuple[str, Callable[..., Awaitable[Row]], dict[str, object], set[str]]] = {
    "events-in-feedback": ("/v1/events", an_event, EVENT_CHANGES, {"coordination_id"}),
    "coordinations-in-events": ("/v1/projects", a_leading_project, PROJECT_CHANGES, {"slug"}),
    "organisations-in-events": ("/v1/organisations", a_named_organisation, ORGANISATION_CHANGES, set()),
    "spellings-in-events": ("/v1/spellings", a_spelling, {}, {"coordination_id", "key", "organisation_id"}),
    "implementers-in-events": ("/v1/projects", an_implemented_project, IMPLEMENTER_CHANGES, set()),
}


async def changed(client, copy: Copy, address: str, change: object) -> None:
    """Change one object of the producer over HTTP, whatever its version is now."""
    admin = client(copy.producer, ADMIN)
    if callable(change):
        await change(client, address)
        return
    if isinstance(change, str):
        answer = await admin.post(f"{address}/{change}")
    else:
        version = (await admin.get(address)).json()["version"]
        answer = await admin.patch(address, change, version=version)
    assert answer.status_code == 200, answer.text


async def copied(applications, copy: Copy) -> dict[UUID, Row]:
    """The rows of the copy that are not removed, but for those that every test begins with; no columns of its own."""
    names = [column for column in copy.table.columns if column.name not in {"removed", "copied_at", "changed_at"}]
    async with applications.runtime(copy.consumer).database.reading() as session:
        made = copy.table.c.id.not_in([COORDINATION, ELSEWHERE])
        rows = await session.execute(select(*names).where(~copy.table.c.removed, made))
        return {row["id"]: dict(row) for row in rows.mappings()}


async def produced(client, copy: Copy) -> dict[UUID, Row]:
    """The rows that the producer's list has now, as the copy stores them."""
    listed = (await client(copy.producer, SERVICE).get(copy.list_address, limit=100, **copy.filters)).json()
    assert listed["next_cursor"] is None
    rows = [copy.item.model_validate(item).row() for item in listed["items"]]
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
    before = (await copied(applications, copy))[UUID(made["id"])]
    await changed(client, copy, f"{path}/{made['id']}", changes[column])
    await applications.worker(copy.producer).drain()
    rows = await copied(applications, copy)
    assert rows == await produced(client, copy)
    after = rows[UUID(made["id"])]
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
    repeatable = [change for change in changes.values() if not isinstance(change, str)] or [REPLACING[name]]
    batches = [await announced(applications, superuser, copy)]
    for batch in range(3):
        for number in range(ROUNDS):
            address, change = chance.choice(addresses), chance.choice(repeatable)
            if isinstance(change, dict):
                title = "name" if "name" in changes else "title"
                change = {**change, title: {"fi": f"Nimi {batch} {number}"}}
            await changed(client, copy, address, change)
        batches.append(await announced(applications, superuser, copy))
    entered, lost, repeated, shuffled = batches
    for messages in (lost, repeated, shuffled):
        # Each command announces each state that it makes, and once: a merge those of two objects.
        states = {(message["subject"], message["data"]["version"]) for message in messages}
        assert len(states) == len(messages) >= ROUNDS
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


# What would move an object to the front of its producer's list by default.
MOVES: dict[str, dict[str, object]] = {
    "events-in-feedback": {"starts_at": "2099-01-01T07:00:00Z", "ends_at": "2099-01-01T08:00:00Z"},
    "coordinations-in-events": {"name": {"fi": "Aakkonen"}},
    "organisations-in-events": {"name": {"fi": "Aakkonen"}},
    "implementers-in-events": {"name": {"fi": "Aakkonen"}},
}


@pytest.mark.parametrize("name", MOVES)
async def test_an_object_that_moves_while_the_list_is_read_is_not_taken_for_removed(
    client, applications, monkeypatch, name
):
    copy, (path, make, _, _) = COPIES[name], MAKERS[name]
    first, last = [(await make(client, number))["id"] for number in range(2)]
    await applications.worker(copy.producer).drain()
    ask, moved = copies.call_upstream, []

    async def move_after_the_first_page(runtime, reply, method, address, **rest):
        page = await ask(runtime, reply, method, address, **rest)
        if address.endswith(copy.list_address) and not moved:
            moved.append(last)
            await changed(client, copy, f"{path}/{last}", MOVES[name])
        return page

    monkeypatch.setattr(copies, "call_upstream", move_after_the_first_page)
    monkeypatch.setattr(copies, "_PAGE", 1)
    await copy.reconcile(applications.runtime(copy.consumer))
    assert moved == [last]
    assert {UUID(first), UUID(last)} <= set(await copied(applications, copy))


async def test_a_linked_project_stays_in_the_copy_of_implementers(client, applications):
    """Its id may have been chosen in a registration; the registry lists it only where that is asked for."""
    copy, admin = COPIES["implementers-in-events"], client("registry", ADMIN)
    first, other = [(await an_implemented_project(client, number))["id"] for number in range(2)]
    linked = await admin.post(f"/v1/projects/{first}/links", {"other": other})
    assert linked.status_code == 201, linked.text
    await applications.worker(copy.producer).drain()
    announced_rows = await copied(applications, copy)
    await copy.reconcile(applications.runtime(copy.consumer))
    listed_rows = await copied(applications, copy)
    assert announced_rows == listed_rows == await produced(client, copy)
    assert set(listed_rows) == {UUID(first), UUID(other)}


@pytest.mark.parametrize("name", COPIES)
async def test_reconciling_with_a_producer_that_is_away_fails_and_changes_nothing(client, applications, name):
    """The worker runs a failed task again soon; one that ended well would wait until it is due."""
    copy, (_, make, _, _) = COPIES[name], MAKERS[name]
    await make(client, 1)
    await applications.worker(copy.producer).drain()
    before = await copied(applications, copy)
    applications.client._transport.remove(f"{copy.producer}.vipu")  # noqa: SLF001 - The producer is away.
    with pytest.raises(UpstreamUnavailable):
        await copy.reconcile(applications.runtime(copy.consumer))
    assert await copied(applications, copy) == before != {}
