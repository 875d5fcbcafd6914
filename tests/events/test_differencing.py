"""Differencing: whatever a funder asks for and subtracts, no count of one to four people can be computed."""

from collections import defaultdict
from datetime import UTC, date, datetime
from fractions import Fraction
from itertools import combinations_with_replacement
from itertools import count as numbers

import pytest

from services.contracts.disclosure import MIN_CELL_COUNT
from services.contracts.measures import EVENTS_OF
from tests.factories import (
    ADMIN,
    COORDINATION,
    ELSEWHERE,
    FUNDER,
    SERVICE,
    a_known_organisation,
    an_event,
    person,
)

DAYS = [date.fromisoformat(day) for day in ("2025-02-05", "2025-09-10", "2025-10-08", "2025-11-12")]
DAYS += [date.fromisoformat(day) for day in ("2026-01-14", "2026-02-11", "2026-03-11")]
# Type, scope and how many came on each day. Some blocks protect themselves, some with one other cell, some cannot.
PLAN = [
    ("hankekahvit", "national", [4, 2, 3, 4, 20, 3, 30]),
    ("hankekahvit", "national", [0, None, None, 40, None, None, 8]),
    ("hankekahvit", "regional", [None, None, 6, None, 2, None, None]),
    ("webinar", "national", [25, 1, 1, None, None, 6, None]),
    ("network_day", "national", [None, None, 12, None, 50, None, None]),
    ("network_day", "regional", [None, None, None, None, None, 2, None]),
    ("major_region_event", "regional", [None, None, None, None, None, None, 7]),
    ("call_info", "national", [None, 3, 7, None, 9, None, 5]),
    ("call_clinic", "national", [None, None, None, None, None, 1, None]),
    ("steering_group", "national", [None, None, None, 3, None, 11, None]),
]


def kinds_of(selection):
    """The kinds of the plan, type and scope, that a measure's selection takes."""
    return {
        (type_, scope)
        for type_, scope, _ in PLAN
        if any(kind.type == type_ and kind.scope in {None, scope} for kind in selection.kinds)
    }


COUNTED_BY = {key: kinds_of(selection) for key, selection in EVENTS_OF.items() if key.endswith("_part")}
# The figures of single types beside a sum.
BESIDE = {"call_info_participants": ("call_info", "national"), "call_clinic_participants": ("call_clinic", "national")}
# The types whose people were marked by name, each of another organisation; heads were counted at the others.
BY_NAME = {"webinar", "call_info"}
PARTS = ("persons", "heads")
# Of those who came to a type's event on a day, so many were counted without names beside the others.
UNNAMED = {("webinar", DAYS[0]): 3}
# The calls of the call events, in turn by days; those of one day belong to both.
CALLS = (str(ELSEWHERE), "0192f0c1-7a52-7cc0-8f3c-0b7c2f4a9d44")
DAY_OF_BOTH = DAYS[4]


class Known:
    """What follows from told sums: the span of their equations."""

    def __init__(self, cells):
        self._cells, self._rows = sorted(cells), {}

    def learn(self, parts):
        rest = self._reduced([Fraction(cell in parts) for cell in self._cells])
        lead = next((place for place, factor in enumerate(rest) if factor), None)
        if lead is not None:
            self._rows[lead] = [factor / rest[lead] for factor in rest]

    def can_compute(self, parts):
        return not any(self._reduced([Fraction(cell in parts) for cell in self._cells]))

    def _reduced(self, rest):
        for place in range(len(rest)):
            if rest[place] and place in self._rows:
                factor = rest[place]
                rest = [one - factor * other for one, other in zip(rest, self._rows[place], strict=True)]
        return rest


def people(parts):
    """The people of these events, by name and without."""
    return {(one, part) for one in parts for part in PARTS}


def calls_on(day):
    """The calls of the call events of a day."""
    return list(CALLS) if day == DAY_OF_BOTH else [CALLS[DAYS.index(day) % 2]]


async def count(staff, event, *, persons, heads, organisations):
    """Mark so many people as attended, each of the next organisation, and record so many heads."""
    address = f"/v1/events/{event['id']}"
    if heads is not None:
        await staff.put(f"{address}/headcount", {"count": heads})
    for number in range(persons):
        body = {"name": person(number)["name"], "organisation": f"Yritys {next(organisations)} Oy"}
        assert (await staff.post(f"{address}/walk-ins", body)).status_code == 201


async def enter(staff, *, by_name=frozenset()):
    """The plan's events: id → day, kind, how many came."""
    cells, organisations = {}, numbers()
    for kind, scope, counts in PLAN:
        for day, came in zip(DAYS, counts, strict=True):
            if came is None:
                continue
            starts_at = datetime(day.year, day.month, day.day, 8, tzinfo=UTC)
            calls = calls_on(day) if kind.startswith("call_") else []
            event = await an_event(staff, type=kind, scope=scope, call_ids=calls, starts_at=starts_at)
            persons = came - UNNAMED.get((kind, day), 0) if kind in by_name else 0
            heads = None if persons == came > 0 else came - persons
            await count(staff, event, persons=persons, heads=heads, organisations=organisations)
            cells[event["id"]] = (day, (kind, scope), came)
    return cells


def periods():
    """Every range between two days of events, the half-years and the years."""
    for first, last in combinations_with_replacement(DAYS, 2):
        yield f"{first}/{last}", first, last
    for year in (2025, 2026):
        yield f"{year}S1", date(year, 1, 1), date(year, 6, 30)
        yield f"{year}S2", date(year, 7, 1), date(year, 12, 31)
        yield f"{year}", date(year, 1, 1), date(year, 12, 31)


def selections(cells, first, last):
    """What is added up for a period: the cells of each measure, and (None) all of them."""
    inside = {one: kind for one, (day, kind, _) in cells.items() if first <= day <= last}
    by_measure = {key: {one for one, kind in inside.items() if kind in kinds} for key, kinds in COUNTED_BY.items()}
    return {**by_measure, None: set(inside)}


async def told_sums(caller, cells):
    """All sums of people that the caller is told: the events added up, and the sum."""
    for label, first, last in periods():
        asked = {"coordination": str(COORDINATION), "period": label}
        figures = {row["key"]: row for row in (await caller.get("/v1/measures", **asked)).json()["items"]}
        whole = (await caller.get("/v1/summary", **asked)).json()["attendances"]
        for key, parts in selections(cells, first, last).items():
            total = figures[key]["value"] if key else whole
            if total is not None:
                yield people(parts), int(total)
            for part in figures[key]["parts"] if key else []:
                if part["value"] is not None:
                    yield {(one, part["key"]) for one in parts}, int(part["value"])
        for beside in figures["call_part"]["extra"]:
            if beside["key"] in BESIDE and beside["value"] is not None:
                inside = {one for one, (day, kind, _) in cells.items() if first <= day <= last}
                yield people({one for one in inside if cells[one][1] == BESIDE[beside["key"]]}), int(beside["value"])


async def told_organisations(caller, cells):
    """All numbers of organisations that the caller is told: the events of the measure, of its call or of all."""
    for label, first, last in periods():
        asked = {"coordination": str(COORDINATION), "period": label}
        figures = {row["key"]: row for row in (await caller.get("/v1/measures", **asked)).json()["items"]}
        whole = (await caller.get("/v1/summary", **asked)).json()["organisations"]
        for key, parts in selections(cells, first, last).items():
            if key is None and whole is not None:
                yield parts, whole
            for value in figures[key]["extra"] if key else []:
                if value["key"].endswith("organisations") and value["value"] is not None:
                    of_call = {one for one in parts if value["subject"] in {None, *calls_on(cells[one][0])}}
                    yield of_call, int(value["value"])


@pytest.mark.slow
async def test_no_small_count_follows_from_all_that_a_funder_is_told(client):
    funder = client("events", FUNDER)
    for number in range(sum(sum(filter(None, counts)) for kind, _, counts in PLAN if kind in BY_NAME)):
        await a_known_organisation(client("events", SERVICE), f"Yritys {number} Oy")
    cells = await enter(client("events", ADMIN), by_name=BY_NAME)
    came = {}
    for one, (day, (kind, _), count_of) in cells.items():
        persons = count_of - UNNAMED.get((kind, day), 0) if kind in BY_NAME else 0
        came |= {(one, "persons"): persons, (one, "heads"): count_of - persons}
    small = {cell for cell, count_of in came.items() if 0 < count_of < MIN_CELL_COUNT}
    small_events = {one for one, (_, _, count_of) in cells.items() if 0 < count_of < MIN_CELL_COUNT}
    known, told, told_parts, told_joined = Known(came), 0, 0, 0
    rows = (await funder.get("/v1/events", coordination=str(COORDINATION), limit=100)).json()["items"]
    assert {row["id"] for row in rows} == cells.keys()
    for row in rows:
        if row["participants"] is not None:
            assert row["participants"] == cells[row["id"]][2] and row["id"] not in small_events
            known.learn(people({row["id"]}))
    async for parts, total in told_sums(funder, cells):
        assert total == sum(came[cell] for cell in parts)
        known.learn(parts)
        told += bool(parts)
        told_parts += len({part for _, part in parts}) == 1
    # Whoever supposes that each organisation sent one person is right here.
    async for parts, joined in told_organisations(funder, cells):
        assert joined == sum(came[one, "persons"] for one in parts)
        known.learn({(one, "persons") for one in parts})
        told_joined += joined > 0
    assert told > 50, "the funder is told something"
    assert told_parts > 50, "and of whom sums are made"
    assert told_joined > 15, "and how many organisations they are from"
    assert not {cell for cell in small if known.can_compute({cell})}
    assert not {one for one in small_events if known.can_compute(people({one}))}


async def test_hiding_small_cells_and_small_sums_alone_would_tell_most_of_them(client):
    """The negative control: the same subtraction finds what the rule's second half protects."""
    cells = await enter(client("events", ADMIN))
    came = {one: count for one, (_, _, count) in cells.items()}
    small, naively = {one for one, count in came.items() if 0 < count < MIN_CELL_COUNT}, Known(cells)
    for _, first, last in periods():
        for parts in selections(cells, first, last).values():
            if not 0 < sum(came[one] for one in parts) < MIN_CELL_COUNT:
                naively.learn(parts)
    for one in came.keys() - small:
        naively.learn({one})
    assert len({one for one in small if naively.can_compute({one})}) > len(small) / 2


async def test_half_years_and_years_are_told_where_a_block_protects_itself(client):
    await enter(client("events", ADMIN))
    told = defaultdict(dict)
    for period in ("2025S1", "2025S2", "2026S1", "2026-02", "2025", "2026"):
        asked = {"coordination": str(COORDINATION), "period": period}
        for row in (await client("events", FUNDER).get("/v1/measures", **asked)).json()["items"]:
            if row["key"] in COUNTED_BY:
                told[row["key"]][period] = row["value"] or row["state"]
    halves = {"2025S1": "hidden", "2025S2": "55", "2026S1": "63"}
    assert told["coffee_part"] == {**halves, "2026-02": "hidden", "2025": "hidden", "2026": "63"}
    assert (told["netday_reg_part"]["2026S1"], told["netday_reg_part"]["2026-02"]) == ("9", "hidden")
    assert told["call_part"]["2026S1"] == "15"
    assert (told["webinar_part"]["2025S1"], told["webinar_part"]["2025S2"]) == ("25", "hidden")
