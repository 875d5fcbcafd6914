"""Every SELECT of organisations."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from sqlalchemy import ARRAY, Select, Uuid, any_, bindparam, or_, select, union_all
from sqlalchemy.ext.asyncio import AsyncSession

from .models import DecidedSpelling, Implementer, Organisation, OrganisationKey
from .terms import Copy

_ASKED: Final = any_(bindparam("ids", type_=ARRAY(Uuid)))
_CHOICES: Final = union_all(
    select(Organisation.id, Organisation.name).where(Organisation.id == _ASKED, ~Organisation.removed),
    select(Implementer.id, Organisation.name)
    .outerjoin(Organisation, Organisation.id == Implementer.organisation_id)
    .where(Implementer.id == _ASKED, ~Implementer.removed),
)


async def choices(session: AsyncSession, ids: Iterable[UUID]) -> dict[UUID, dict[str, str] | None]:
    """Return those of the ids that are known organisations or projects, with the name of the organisation.

    The name of a project's implementer is None where the project has none.
    """
    rows = await session.execute(_CHOICES, {"ids": sorted(set(ids))})
    return {row[0]: row[1] for row in rows}


async def known_projects(session: AsyncSession, ids: Iterable[UUID]) -> set[UUID]:
    """Return those of the ids that are known projects."""
    known = select(Implementer.id).where(Implementer.id == _ASKED, ~Implementer.removed)
    return set(await session.scalars(known, {"ids": sorted(set(ids))}))


def family_of(organisation_ids: Sequence[UUID]) -> Select[UUID]:
    """Select the organisations, and those that were merged into them, also by way of others."""
    family = select(Organisation.id).where(Organisation.id.in_(organisation_ids)).cte("family", recursive=True)
    family = family.union(select(Organisation.id).join(family, Organisation.merged_into == family.c.id))
    return select(family.c.id)


@dataclass(frozen=True, slots=True)
class Concerned:
    """The things that changed copies may join: spellings and mail domains, chosen organisations and projects."""

    keys: Sequence[str]
    organisation_ids: Sequence[UUID]
    project_ids: Sequence[UUID]


async def concerned_by(session: AsyncSession, changed: Iterable[tuple[Copy, UUID]]) -> Concerned:
    """Return what the rows of copies may join, or may have joined before they changed."""
    ids: dict[Copy, list[UUID]] = {copy: [] for copy in Copy}
    for copy, row_id in changed:
        ids[copy].append(row_id)
    family = list(await session.scalars(family_of(ids[Copy.organisations])))
    keys = select(OrganisationKey.key).where(OrganisationKey.organisation_id.in_(family))
    decided = select(DecidedSpelling.key).where(
        or_(DecidedSpelling.organisation_id.in_(family), DecidedSpelling.id.in_(ids[Copy.spellings]))
    )
    projects = select(Implementer.id).where(Implementer.organisation_id.in_(family))
    spellings = (*await session.scalars(keys), *await session.scalars(decided))
    return Concerned(
        keys=sorted({key for key in spellings if key is not None}),
        organisation_ids=family,
        project_ids=[*ids[Copy.implementers], *await session.scalars(projects)],
    )
