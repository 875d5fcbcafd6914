"""Every SELECT of links."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.kernel.data.types import Statement
from services.kernel.lists.pages import Listing
from services.kernel.web.errors import NotFound
from services.registry.projects.models import Project
from services.registry.projects.schemas import ProjectKey
from services.registry.projects.terms import ProjectId

from .models import ProjectLink
from .schemas import LinkRead
from .terms import LinkId


def listing(project_id: UUID) -> Listing[LinkRead]:
    """Return the links of the project that stand, the oldest first."""
    return Listing(
        name=f"links-{project_id}",
        select=_standing(project_id),
        read=_read,
        model=LinkRead,
        key=ProjectLink.id,
        default_sort="linked_at",
        sort_keys={"linked_at": ProjectLink.linked_at},
    )


async def read(session: AsyncSession, project_id: UUID, link_id: LinkId) -> LinkRead:
    """Return one link of the project that stands. Raises NotFound."""
    row = (await session.execute(_standing(project_id).where(ProjectLink.id == link_id))).one_or_none()
    if row is None:
        raise NotFound
    return _read(*row)


async def get_for_change(session: AsyncSession, project_id: UUID, link_id: LinkId) -> ProjectLink:
    """Return one link of the project that stands, locked until the transaction ends. Raises NotFound."""
    link = await session.scalar(
        select(ProjectLink)
        .where(ProjectLink.id == link_id, ProjectLink.project_id == project_id, ProjectLink.removed_at.is_(None))
        .with_for_update()
    )
    if link is None:
        raise NotFound
    return link


def _standing(project_id: UUID) -> Statement:
    return (
        select(ProjectLink, Project.id, Project.slug, Project.name)
        .join(Project, Project.id == ProjectLink.other_id)
        .where(ProjectLink.project_id == project_id, ProjectLink.removed_at.is_(None))
    )


def _read(link: ProjectLink, other_id: UUID, slug: str, name: dict[str, str]) -> LinkRead:
    return LinkRead(
        id=LinkId(link.id),
        other=ProjectKey(id=ProjectId(other_id), slug=slug, name=name),
        identifiers=[":".join(number) for number in link.identifiers],
        author=link.author,
        reason=link.reason,
        linked_at=link.linked_at,
        version=link.version,
    )
