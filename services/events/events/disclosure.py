"""Which counts of people are told to those for whom only aggregates are: the one rule for rows and for their sums.

A *cell* is how many came to one held event. A *block* is the cells of one coordination project, kind of event and
half-year. Hidden are all cells of one to four and, where a single one would be hidden or all hidden ones add up to
less than five, the smallest other cell of the block that is not nought. A sum is told only where it takes in all
hidden cells of a block or none, and none of a block whose hidden cells are still too few. So whatever is told, however
it is filtered, paged, exported or subtracted, is made of told cells and of whole sums of hidden ones: at least two,
adding up to five or more. The rule looks at the records alone, never at what was asked.
"""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import ColumnElement, Select, Subquery, and_, case, false, func, or_, select, true
from sqlalchemy.ext.asyncio import AsyncSession

from services.kernel.measures import MIN_CELL_COUNT

from .facts import HALF_YEAR, HELD, PARTICIPANTS
from .models import Event
from .terms import EventType

# Types that one measure adds up are one kind: they protect each other.
_KIND = case(
    (Event.type == EventType.major_region_event, EventType.network_day),
    (Event.type == EventType.call_clinic, EventType.call_info),
    else_=Event.type,
)
_BLOCK = (Event.coordination_id, _KIND, Event.scope, func.cardinality(Event.call_ids) > 0, *HALF_YEAR)


def _hidden(among: ColumnElement[bool]) -> Subquery:
    """The hidden cells of whole blocks; `among` chooses coordination projects."""
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
        .where(among, HELD, PARTICIPANTS > 0)
        .subquery("cells")
    )
    lonely = or_(cells.c.small_cells == 1, cells.c.small_people < MIN_CELL_COUNT)
    return (
        select(cells.c.id, cells.c.block, cells.c.people)
        .where(or_(cells.c.small, and_(lonely, cells.c.place == 1)))
        .subquery("hidden")
    )


def is_hidden(coordinations: frozenset[UUID] | None) -> ColumnElement[bool]:
    """Whether an event's cell is hidden; asked for events of these coordination projects, or (None) of any."""
    if coordinations is not None and not coordinations:
        return false()
    among = true() if coordinations is None else Event.coordination_id.in_(coordinations)
    return Event.id.in_(select(_hidden(among).c.id))


async def untold_sums(
    session: AsyncSession, coordination_id: UUID, selections: Sequence[ColumnElement[bool]]
) -> list[bool]:
    """For each selection of the coordination project's events, whether its sum would tell a hidden cell."""
    if not selections:
        return []
    return list((await session.execute(_untold(coordination_id, selections))).one())


def _untold(coordination_id: UUID, selections: Sequence[ColumnElement[bool]]) -> Select[*tuple[bool, ...]]:
    hidden = _hidden(Event.coordination_id == coordination_id)
    blocks = (
        select(
            or_(func.count() == 1, func.sum(hidden.c.people) < MIN_CELL_COUNT).label("too_few"),
            func.count().label("cells"),
            *(func.count().filter(chosen).label(f"in_{place}") for place, chosen in enumerate(selections)),
        )
        .join_from(hidden, Event, Event.id == hidden.c.id)
        .group_by(hidden.c.block)
        .subquery("blocks")
    )
    inside = [blocks.c[f"in_{place}"] for place in range(len(selections))]
    cut = [and_(some > 0, or_(blocks.c.too_few, some < blocks.c.cells)) for some in inside]
    return select(*(func.coalesce(func.bool_or(one), false()) for one in cut))
