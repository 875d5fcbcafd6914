"""Projects as documents of search: their texts, numbers, areas and topics, and the organisations that take part."""

from collections.abc import Collection, Iterator
from typing import Final
from uuid import UUID

from sqlalchemy import and_, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.kernel.data.rows import among
from services.kernel.data.types import Column, Result, Statement, Subselect
from services.registry.codes.models import CodeRow
from services.registry.search import service as search
from services.registry.search.documents import Document
from services.registry.search.queries import outdated
from services.registry.search.terms import Noun, Weight

from .models import Project, ProjectArea, ProjectIdentifier, ProjectParty, ProjectTopic

_BATCH: Final = 500
_TEXTS: Final = (("summary", Weight.summary), ("goals", Weight.background), ("background", Weight.background))


async def index(session: AsyncSession, project_ids: Collection[UUID]) -> None:
    """Write the documents of projects as they are in the tables now.

    Requires: all changes are flushed, and the documents of their organisations are written.
    """
    rows = await session.execute(_rows().where(among(Project.id, project_ids)))
    await search.index(session, [_document(row) for row in rows])


async def renew(session: AsyncSession) -> int:
    """Write some of the documents that are missing or of an older version. Returns their number."""
    missing = (outdated(Project.id), Project.merged_into.is_(None))
    ids = (await session.scalars(select(Project.id).where(*missing).limit(_BATCH))).all()
    await index(session, ids)
    return len(ids)


async def forget_gone(session: AsyncSession) -> None:
    """Remove the documents of rows that are gone."""
    await search.forget_gone(session, Noun.project, select(Project.id).where(Project.merged_into.is_(None)))


def _rows() -> Statement:
    area = and_(CodeRow.scheme == ProjectArea.scheme, CodeRow.code == ProjectArea.code)
    topic = and_(CodeRow.scheme == ProjectTopic.scheme, CodeRow.code == ProjectTopic.code)
    return select(
        Project.id,
        Project.kind,
        Project.state,
        Project.slug,
        Project.name,
        Project.sort_key,
        Project.summary,
        Project.goals,
        Project.background,
        _listed(ProjectIdentifier.value, select(ProjectIdentifier), ProjectIdentifier.project_id),
        _listed(ProjectParty.organisation_id, select(ProjectParty), ProjectParty.project_id),
        _listed(CodeRow.name, select(CodeRow).join(ProjectArea, area), ProjectArea.project_id),
        _listed(CodeRow.name, select(CodeRow).join(ProjectTopic, topic), ProjectTopic.project_id),
    )


def _listed(column: Column, rows: Statement, project_id: Column) -> Subselect:
    listed = rows.with_only_columns(func.array_agg(column)).where(project_id == Project.id)
    return listed.correlate(Project).scalar_subquery()


def _document(row: Result) -> Document:
    *facts, numbers, organisation_ids, areas, topics = row
    project_id, kind, state, slug, name, sort_key, *_ = facts
    return Document(
        id=project_id,
        noun=Noun.project,
        kind=kind,
        state=state,
        slug=slug,
        name=name,
        sort_key=sort_key,
        texts=list(_texts(row)),
        numbers=numbers or [],
        labels=[text for names in (*(areas or []), *(topics or [])) for text in names.values()],
        related_ids=organisation_ids or [],
    )


def _texts(row: Result) -> Iterator[tuple[Weight, str]]:
    for field, weight in _TEXTS:
        for prose in (getattr(row, field) or {}).values():
            yield weight, prose
