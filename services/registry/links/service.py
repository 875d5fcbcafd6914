"""Use cases of links."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.contracts.words import Phrase
from services.kernel.clock import database_now
from services.kernel.security.auth import Principal
from services.kernel.web.errors import StateConflict
from services.kernel.web.etags import check_version
from services.registry.projects import history, merging, shown
from services.registry.projects import service as projects
from services.registry.projects.merging import Moved
from services.registry.projects.models import Project
from services.registry.projects.terms import is_leading
from services.registry.relations import queries as relation_queries
from services.registry.relations import service as relations

from . import queries
from .models import ProjectLink
from .schemas import LinkCreate, LinkRead
from .terms import LinkId


async def link(session: AsyncSession, principal: Principal, ref: str, body: LinkCreate) -> LinkRead:
    """Give the project the identifiers of the other one, with all that lists say about them, and its relations.

    From then on the other's id and slug answer with this project. Both show and announce what follows.
    Raises: NotFound, UnknownProject, Forbidden (the right to change both is needed), StateConflict.
    """
    project, other = await projects.get_two_writable(session, principal, ref, body.other)
    _check_may_be_linked(project, other)
    moved = await merging.merge(session, other.id, project.id)
    moved_relations = await relations.move(session, other.id, project.id)
    entered = ProjectLink(
        project_id=project.id,
        other_id=other.id,
        identifiers=[list(number) for number in moved.numbers],
        relations=[str(relation_id) for relation_id in moved_relations],
        followers=[str(follower) for follower in moved.followers],
        author=principal.subject,
        reason=body.reason,
    )
    session.add(entered)
    await session.flush()  # The link's id, for the answer.
    await shown.show(session, [project.id], author=principal.subject, reason=body.reason, also=[project.id])
    touched = {*moved.followers, *await relation_queries.coordinated_ends(session, moved_relations)} - {project.id}
    await merging.announce_merged(session, other.id, touched=touched, author=principal.subject, reason=body.reason)
    return await queries.read(session, project.id, LinkId(entered.id))


async def remove(session: AsyncSession, principal: Principal, ref: str, link_id: LinkId, *, read_version: int) -> None:
    """Give the other project back what the link moved. Both show what their sources say now.

    Raises: NotFound, Forbidden, VersionMismatch.
    """
    project = await projects.get_writable(session, principal, ref)
    standing = await queries.get_for_change(session, project.id, link_id)
    check_version(standing.version, read_version)
    moved = Moved(
        numbers=[(scheme, value) for scheme, value in standing.identifiers],
        followers=[UUID(follower) for follower in standing.followers],
    )
    await merging.part(session, standing.other_id, project.id, moved)
    relation_ids = [UUID(relation_id) for relation_id in standing.relations]
    await relations.move_back(session, project.id, standing.other_id, relation_ids)
    standing.removed_at = await database_now(session)
    standing.version += 1
    await session.flush()  # Before the announcements, so that all are in one order.
    both = [project.id, standing.other_id]
    await shown.show(session, both, author=principal.subject, also=both)
    touched = {*moved.followers, *await relation_queries.coordinated_ends(session, relation_ids)} - {*both}
    await history.announce_touched(session, touched, author=principal.subject)


def _check_may_be_linked(project: Project, other: Project) -> None:
    """Refuse a link with itself, and one that would take a project that leads away from its events."""
    if project.id == other.id:
        raise StateConflict(Phrase("details.link-to-itself"))
    if is_leading(other.kind, other.scope):
        raise StateConflict(Phrase("details.link-of-leading"))
