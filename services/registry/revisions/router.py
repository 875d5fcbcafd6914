"""Routes of revisions of a project."""

from typing import Annotated

from fastapi import Path, Query

from services.kernel.data.db import Reading
from services.kernel.lists.dependency import Lists
from services.kernel.lists.pages import Page
from services.kernel.security.auth import RegistryRead
from services.kernel.web.routing import new_router
from services.registry.projects import queries
from services.registry.projects.dependencies import Ref
from services.registry.projects.schemas import RevisionRead

from .schemas import RevisionItem, RevisionQuery

router = new_router("projects", tag="projects")
Version = Annotated[int, Path(ge=1, le=2**31 - 1)]


@router.get("/{ref}/revisions", summary="List a project's revisions")
async def list_project_revisions(
    ref: Ref,
    query: Annotated[RevisionQuery, Query()],
    principal: RegistryRead,
    session: Reading,
    lists: Lists,
) -> Page[RevisionItem]:
    """The changes of the project, the newest first, with the author, the reason, the times and the changed fields."""
    return await lists.page(await queries.revisions(session, principal, ref), query)


@router.get("/{ref}/revisions/{version}", summary="Read a project's revision")
async def read_project_revision(ref: Ref, version: Version, principal: RegistryRead, session: Reading) -> RevisionRead:
    """One change: all facts after it, and the values that the changed fields had before."""
    return await queries.revision(session, principal, ref, version)
