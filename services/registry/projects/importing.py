"""Projects as lists bring them: what the import engine needs to know of them."""

from collections.abc import Collection, Sequence
from typing import Final
from typing import cast as as_type
from uuid import UUID

from sqlalchemy import ARRAY, Select, Table, Uuid, any_, cast, delete, exists, func, or_, select, tuple_, union_all
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from services.kernel.background.outbox import announce_all
from services.kernel.data.rows import any_of
from services.kernel.security.auth import Principal
from services.registry.nouns.rows import (
    Batch,
    RowReader,
    TakenBack,
)
from services.registry.organisations import importing as organisations
from services.registry.relations import service as relations
from services.registry.relations.models import ProjectRelation
from services.registry.relations.terms import RelationKind
from services.registry.revisions.models import ProjectRevision
from services.registry.search import service as search
from services.registry.statements import queries as statement_queries
from services.registry.statements import service as statements
from services.registry.statements.models import ListStatement, PersonStatement
from services.registry.statements.queries import Identified

from . import history, list_fields, queries, rows, service, shown
from .list_fields import ORGANISATIONS
from .list_formats import FORMATS
from .list_rows import ProjectRows
from .messages import ProjectRemoved
from .models import Project, ProjectIdentifier, ProjectParty

_BY_NAME: Final = {known.name: known for known in FORMATS}
_PAGE: Final = 1000
_MODELS: Final = (Project, ProjectIdentifier, ListStatement, PersonStatement, ProjectRelation, ProjectRevision)
# The tables that applying an import joins.
TABLES: Final = (
    *(as_type("Table", model.__table__) for model in _MODELS),
    *rows.LISTS.values(),
    *organisations.TABLES,
    *search.TABLES,
)


async def row_reader(session: AsyncSession, name: str) -> RowReader:
    """Return the reader of the rows of a format."""
    return list_fields.row_reader(_BY_NAME[name], await list_fields.load_codes(session))


async def begin(session: AsyncSession, batch: Batch) -> ProjectRows:
    """Return the means to judge and apply the rows of an import."""
    contested = await organisations.contested_names(session, _named(batch))
    return ProjectRows(batch, _BY_NAME[batch.format], await list_fields.load_codes(session), contested)


async def hold(session: AsyncSession, batch: Batch, numbers: Select[str | None]) -> None:
    """Lock the projects of these numbers until the transaction ends, so that no edit comes in between."""
    scheme = _BY_NAME[batch.format].scheme
    holders = select(ProjectIdentifier.project_id).where(
        ProjectIdentifier.scheme == scheme, ProjectIdentifier.value == any_of(numbers)
    )
    held = select(Project.id).where(Project.id == any_of(holders)).order_by(Project.id)
    await session.execute(held.with_for_update())


async def enter_organisations(session: AsyncSession, batch: Batch) -> None:
    """Enter the organisations that only the list names. Requires: its rows are judged."""
    known = _BY_NAME[batch.format]
    await organisations.enter(
        session, _named(batch), import_id=batch.id, list_kind=known.list_kind, list_on=batch.list_on
    )


def _named(batch: Batch) -> Select[str, str | None, int]:
    """Return the names of organisations in the rows, with their numbers and counts."""
    named = union_all(*(batch.named(field, number) for field, number in ORGANISATIONS.items())).subquery()
    name, number, count = named.c
    return select(name, number, func.sum(count)).group_by(name, number)


async def coordination(session: AsyncSession, principal: Principal, ref: str) -> UUID:
    """Return the leading project that is to coordinate the new ones. Raises: Forbidden, UnknownProject."""
    return (await service.find_coordination(session, principal, ref, leads=False)).id


async def take_back(session: AsyncSession, batch: Batch, *, author: str, named: Select[UUID]) -> TakenBack:
    """Take what the import states away, and show what the other sources say.

    Projects about which nothing is said any more go, unless a relation or a link names them. Organisations that only
    undone imports have named go too, unless they are among the `named` ones.
    """
    numbers = await statements.take_back(session, batch.id)
    parted = await _take_back_relations(session, batch) if batch.coordinated_by is not None else set()
    kept: set[UUID] = set()
    for begin in range(0, len(numbers), _PAGE):
        ids = await _held_by(session, numbers[begin : begin + _PAGE])
        gone = await _remove_unsupported(session, ids)
        left = sorted(ids - gone)
        await shown.show(
            session, left, author=author, reason="import undone", batch_id=batch.id, also=parted & set(left)
        )
        parted -= ids
        kept |= await queries.spoken_of(session, left)
    await history.announce_touched(session, parted, author=author, reason="import undone")
    in_use = select(ProjectParty.organisation_id).union(statement_queries.named_organisations(), named)
    await organisations.take_back(session, batch.id, in_use=in_use)
    return TakenBack(frozenset(kept))


async def _held_by(session: AsyncSession, numbers: Sequence[Identified]) -> set[UUID]:
    """Return the projects that hold the numbers, locked until the transaction ends."""
    holders = select(ProjectIdentifier.project_id).where(
        tuple_(ProjectIdentifier.scheme, ProjectIdentifier.value).in_(numbers)
    )
    ids = await session.scalars(
        select(Project.id).where(Project.id == any_of(holders)).order_by(Project.id).with_for_update()
    )
    return set(ids)


async def _take_back_relations(session: AsyncSession, batch: Batch) -> set[UUID]:
    """Withdraw the relations that the import has given to the projects that it entered. Returns these projects."""
    entered = select(ProjectRevision.project_id).where(
        ProjectRevision.batch_id == batch.id, ProjectRevision.version == 1
    )
    given = await session.scalars(
        select(ProjectRelation)
        .where(
            ProjectRelation.project_id == batch.coordinated_by,
            ProjectRelation.kind == RelationKind.coordinates,
            ProjectRelation.other_id.in_(entered),
            ProjectRelation.withdrawn_at.is_(None),
        )
        .order_by(ProjectRelation.id)
        .with_for_update()
    )
    parted: set[UUID] = set()
    for relation in given:
        await relations.withdraw(session, relation)
        parted.add(relation.other_id)
    return parted


async def _remove_unsupported(session: AsyncSession, project_ids: Collection[UUID]) -> set[UUID]:
    """Remove those of the projects about which nothing is said and which nothing names, and announce it."""
    linked = aliased(Project)
    named = or_(
        statement_queries.is_said_by_a_person(Project.id),
        exists().where(
            ProjectIdentifier.project_id == Project.id,
            statement_queries.is_listed(ProjectIdentifier.scheme, ProjectIdentifier.value),
        ),
        exists().where(
            or_(ProjectRelation.project_id == Project.id, ProjectRelation.other_id == Project.id),
            ProjectRelation.withdrawn_at.is_(None),
        ),
        exists().where(linked.merged_into == Project.id),
    )
    removed = await session.execute(
        delete(Project)
        .where(Project.id == any_(cast(sorted(project_ids), ARRAY(Uuid))), ~named)
        .returning(Project.id, Project.version)
        .execution_options(synchronize_session=False)
    )
    gone = {row.id: row.version + 1 for row in removed}
    await search.forget(session, gone)
    await announce_all(
        session, [ProjectRemoved(project_id=project_id, version=gone[project_id]) for project_id in sorted(gone)]
    )
    return set(gone)
