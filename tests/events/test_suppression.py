"""Suppression: which cells and sums are hidden from readers of aggregates, block by block.

Each block is a half-year of one kind of event; its events are copies of one, with the counts and nothing else changed.
"""

from datetime import UTC, datetime
from itertools import product
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select

from services.contracts.measures import EVENTS_OF
from services.contracts.vocabulary import EventScope, EventType
from services.events.events import disclosure
from services.events.events.models import Event
from tests.factories import COORDINATION, COORDINATOR, ELSEWHERE, FUNDER, an_event

COPY = "INSERT INTO events.events SELECT (jsonb_populate_record(e, $1)).* FROM events.events e WHERE id = $2"
NOW = datetime(2026, 11, 1, tzinfo=UTC)
# The people who came to each event of a block, and the counts that are hidden.
BLOCKS = [
    ([3, 7, 9], {3, 7}),
    ([2, 2, 8, 9], {2, 8}),
    ([1, 3, 8, 9], {1, 3, 8}),
    ([1, 4, 8, 9], {1, 4}),
    ([4, 4, 4, 8], {4}),
    ([0, 5, 6], set()),
    ([0, 4], {4}),
    ([4, 5, 5], {4, 5}),
]


async def copies(superuser, event, counts, **facts):
    """Copies of the event that so many people came to; their ids, in order."""
    ids = sorted(uuid4() for _ in counts)
    for identifier, count in zip(ids, counts, strict=True):
        unique = {"id": str(identifier), "slug": str(identifier), "ical_uid": str(identifier)}
        await superuser.execute(COPY, {**unique, "heads_online": count, **facts}, UUID(event["id"]))
    return ids


def half_year(number):
    """An event's hours in the half-year with this number, from the first of 2020 on."""
    day = f"{2020 + number // 2}-{'09' if number % 2 else '03'}-10"
    return {"starts_at": f"{day}T08:00:00+00:00", "ends_at": f"{day}T10:00:00+00:00"}


async def shown_to(caller):
    """The number of participants that the caller sees, by event."""
    rows = (await caller.get("/v1/events", limit=100)).json()["items"]
    return {UUID(row["id"]): row["participants"] for row in rows}


async def test_in_each_block_the_small_cells_are_hidden_and_the_smallest_other_where_they_are_too_few(
    client, superuser
):
    event = await an_event(client("events", COORDINATOR))
    cells = {}
    for number, (counts, _) in enumerate(BLOCKS):
        cells[number] = await copies(superuser, event, counts, **half_year(number))
    shown = await shown_to(client("events", FUNDER))
    for number, (counts, hidden) in enumerate(BLOCKS):
        came = [shown[identifier] for identifier in cells[number]]
        # Of two events with as many people, the first protects.
        first = {counts.index(count) for count in hidden}
        assert [place for place, count in enumerate(came) if count is None and counts[place] >= 5] == [
            place for place in sorted(first) if counts[place] >= 5
        ]
        assert [count for count in came if count is not None] == [
            count for place, count in enumerate(counts) if count == 0 or (count >= 5 and place not in first)
        ]


async def test_the_events_of_another_coordination_kind_or_half_year_protect_none_of_a_block(client, superuser):
    event = await an_event(client("events", COORDINATOR), type="network_day")
    block = await copies(superuser, event, [3, 20, 30], **half_year(0))
    others = [{"coordination_id": str(ELSEWHERE)}, {"scope": "regional"}, {"type": "webinar"}, half_year(1)]
    blocks = [await copies(superuser, event, [4, 10, 11], **{**half_year(0), **facts}) for facts in others]
    shown = await shown_to(client("events", FUNDER))
    assert [shown[identifier] for identifier in block] == [None, None, 30]
    assert [[shown[identifier] for identifier in ids] for ids in blocks[1:]] == [[None, None, 11]] * 3


@pytest.mark.parametrize("key", [key for key in EVENTS_OF if key.endswith("_part")])
async def test_all_events_that_one_measure_adds_up_protect_each_other(client, superuser, key):
    event = await an_event(client("events", COORDINATOR))
    # A major-region event is always regional.
    kinds = [
        (kind.type, scope)
        for kind, scope in product(EVENTS_OF[key].kinds, EventScope)
        if kind.scope in {None, scope} and (kind.type, scope) != (EventType.major_region_event, EventScope.national)
    ]
    pairs = [await copies(superuser, event, [3, 20], type=kind, scope=scope, **half_year(0)) for kind, scope in kinds]
    shown = await shown_to(client("events", FUNDER))
    protecting = None if len(kinds) == 1 else 20
    assert [[shown[identifier] for identifier in pair] for pair in pairs] == [[None, protecting]] * len(kinds)


@pytest.mark.parametrize(
    ("coordinations", "hidden"),
    [
        (None, {COORDINATION, ELSEWHERE}),
        ([COORDINATION, ELSEWHERE], {COORDINATION, ELSEWHERE}),
        ([ELSEWHERE], {ELSEWHERE}),
        ([], set()),
    ],
)
async def test_cells_are_hidden_in_the_coordinations_whose_aggregates_are_read(
    client, superuser, applications, coordinations, hidden
):
    event = await an_event(client("events", COORDINATOR))
    for place in (COORDINATION, ELSEWHERE):
        await copies(superuser, event, [3, 8, 9], coordination_id=str(place), **half_year(1))
    chosen = None if coordinations is None else frozenset(coordinations)
    statement = select(Event.coordination_id, Event.heads_online).where(disclosure.is_hidden(chosen))
    async with applications.runtime("events").database.transaction() as session:
        found = {tuple(row) for row in await session.execute(statement)}
    assert found == {(place, count) for place in hidden for count in (3, 8)}


@pytest.mark.parametrize(
    ("counts", "chosen", "suppressed"),
    [
        ([3, 7, 9], [0], True),
        ([3, 7, 9], [0, 1], False),
        ([3, 7, 9], [0, 1, 2], False),
        ([3, 7, 9], [2], False),
        ([1, 4, 9], [0, 1], False),
        ([1, 4, 9], [0], True),
        ([1, 4, 9], [2], False),
        ([0, 4], [0, 1], True),
        ([0, 4], [0], False),
        ([2, 2], [0, 1], True),
        ([1, 1, 2], [0, 1, 2], True),
        ([1, 2, 2], [0, 1, 2], False),
        ([5, 6], [0], False),
    ],
)
async def test_a_sum_that_cuts_a_blocks_hidden_cells_is_suppressed(
    client, superuser, applications, counts, chosen, suppressed
):
    event = await an_event(client("events", COORDINATOR))
    ids = await copies(superuser, event, counts, **half_year(1))
    await copies(superuser, event, [2, 2, 2], **half_year(2))
    elsewhere = await copies(superuser, event, [2], coordination_id=str(ELSEWHERE), **half_year(1))
    events_of_selections = [[ids[place] for place in chosen], [], elsewhere]
    selections = [Event.id.in_(events) for events in events_of_selections]
    async with applications.runtime("events").database.transaction() as session:
        sums = await disclosure.suppressed_sums(session, COORDINATION, selections, now=NOW)
        assert sums == [suppressed, False, False]
        assert await disclosure.suppressed_sums(session, COORDINATION, [], now=NOW) == []
        assert await disclosure.suppressed_sums(session, UUID(int=1), selections, now=NOW) == [False, False, False]
