"""Disclosure control of counts of people for readers of aggregates: the one rule for rows and for their sums.

A *cell* is the number of people who came to one held event. A *block* is the cells of one coordination project, kind
of event and half-year; what one measure adds up is one kind, so that its cells protect each other. Suppressed are all
cells of one to four and, as secondary suppression where a single one would be suppressed or all suppressed ones add up
to less than five, the smallest other cell of the block that is not 0. A sum is disclosed only where it takes in all
suppressed cells of a block or none, and none of a block whose suppressed cells are still too few. So every disclosed
figure, also when filtered, paged, exported or subtracted, consists of disclosed cells and of whole sums of at least two
suppressed cells that add up to five or more. The rule depends on the records alone, never on the query.

A sum is disclosed in parts, people by name and people without names, only where no event in it has one to four people
in a part. So the part of one event does not follow from sums of parts, and its whole does not tell its parts.

A number of organisations says that at least so many people came whose organisation is known. It is disclosed only where
the sum of people is, and where no event in it thereby tells that one to four people without a known organisation came.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, Select, Subquery, and_, case, false, func, or_, select, true
from sqlalchemy.ext.asyncio import AsyncSession

from services.contracts.disclosure import MIN_CELL_COUNT
from services.contracts.measures import EVENTS_OF
from services.contracts.vocabulary import EventKinds

from .facts import CALLS, HALF_YEAR, HEADS, HELD, PARTICIPANTS, held_at, is_of
from .models import Event


def _added_up(selections: Iterable[EventKinds]) -> list[EventKinds]:
    """Return the widest of the selections: those that are no part of another one."""
    every = list(dict.fromkeys(selections))
    return [one for one in every if not any(set(one.kinds) < set(other.kinds) for other in every)]


# Kinds that one measure adds up are one kind, so that their cells protect each other.
_KIND = case(
    *((is_of(kinds), f"measured {place}") for place, kinds in enumerate(_added_up(EVENTS_OF.values()))),
    else_=func.concat(Event.type, " ", Event.scope),
)
_BLOCK = (Event.coordination_id, _KIND, *HALF_YEAR)
# The people of such an event, by name or without names, are so few that the two numbers are not disclosed apart.
HAS_SMALL_PART = or_(Event.attended_count.between(1, MIN_CELL_COUNT - 1), HEADS.between(1, MIN_CELL_COUNT - 1))


def tells_few_others(known: ColumnElement[int], organisations: ColumnElement[int]) -> ColumnElement[bool]:
    """Return whether the organisations of an event tell that few people came whose organisation is not known.

    Of so many people the organisation is known, and so many organisations are theirs.
    """
    return and_(known < PARTICIPANTS, PARTICIPANTS - organisations < MIN_CELL_COUNT)


def _suppressed(among: ColumnElement[bool], *, held: ColumnElement[bool]) -> Subquery:
    """Return the suppressed cells of whole blocks. `among` chooses coordination projects, `held` their held events."""
    small = PARTICIPANTS < MIN_CELL_COUNT
    cells = (
        select(
            Event.id,
            PARTICIPANTS.label("people"),
            small.label("small"),
            func.dense_rank().over(order_by=_BLOCK).label("block"),
            func.count().filter(small).over(partition_by=_BLOCK).label("small_cells"),
            func.sum(PARTICIPANTS).filter(small).over(partition_by=_BLOCK).label("small_people"),
            func.row_number().over(partition_by=(*_BLOCK, small), order_by=(PARTICIPANTS, Event.id)).label("place"),
        )
        .where(among, held, PARTICIPANTS > 0)
        .subquery("cells")
    )
    too_few = or_(cells.c.small_cells == 1, cells.c.small_people < MIN_CELL_COUNT)
    return (
        select(cells.c.id, cells.c.block, cells.c.people)
        .where(or_(cells.c.small, and_(too_few, cells.c.place == 1)))
        .subquery("suppressed")
    )


def is_hidden(coordinations: frozenset[UUID] | None) -> ColumnElement[bool]:
    """Return whether an event's cell is suppressed, for events of these coordination projects, or (None) of any."""
    if coordinations is not None and not coordinations:
        return false()
    among = true() if coordinations is None else Event.coordination_id.in_(coordinations)
    return Event.id.in_(select(_suppressed(among, held=HELD).c.id))


async def suppressed_calls(
    session: AsyncSession, coordination_id: UUID, chosen: ColumnElement[bool], *, now: datetime
) -> frozenset[UUID]:
    """Return the calls of which the sum over the chosen events held by then is suppressed."""
    cells = _suppressed(Event.coordination_id == coordination_id, held=held_at(now))
    blocks = select(
        cells.c.id,
        cells.c.block,
        func.count().over(partition_by=cells.c.block).label("cells"),
        func.sum(cells.c.people).over(partition_by=cells.c.block).label("people"),
    ).subquery("blocks")
    too_few = or_(blocks.c.cells == 1, blocks.c.people < MIN_CELL_COUNT)
    calls = (
        select(CALLS.c.call_id)
        .distinct()
        .select_from(Event)
        .join(blocks, blocks.c.id == Event.id)
        .join(CALLS, true())
        .where(chosen)
        .group_by(CALLS.c.call_id, blocks.c.block, blocks.c.cells, blocks.c.people)
        .having(or_(too_few, func.count() < blocks.c.cells))
    )
    return frozenset(await session.scalars(calls))


async def suppressed_sums(
    session: AsyncSession, coordination_id: UUID, selections: Sequence[ColumnElement[bool]], *, now: datetime
) -> list[bool]:
    """Return for each selection of the coordination project's events held by then whether its sum is suppressed."""
    if not selections:
        return []
    return list((await session.execute(_sums(coordination_id, selections, now=now))).one())


def _sums(
    coordination_id: UUID, selections: Sequence[ColumnElement[bool]], *, now: datetime
) -> Select[*tuple[bool, ...]]:
    cells = _suppressed(Event.coordination_id == coordination_id, held=held_at(now))
    blocks = (
        select(
            or_(func.count() == 1, func.sum(cells.c.people) < MIN_CELL_COUNT).label("too_few"),
            func.count().label("cells"),
            *(func.count().filter(chosen).label(f"in_{place}") for place, chosen in enumerate(selections)),
        )
        .join_from(cells, Event, Event.id == cells.c.id)
        .group_by(cells.c.block)
        .subquery("blocks")
    )
    inside = [blocks.c[f"in_{place}"] for place in range(len(selections))]
    is_suppressed = [and_(count > 0, or_(blocks.c.too_few, count < blocks.c.cells)) for count in inside]
    return select(*(func.coalesce(func.bool_or(condition), false()) for condition in is_suppressed))
