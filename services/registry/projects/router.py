"""Routes of projects, their revisions and relations."""

from datetime import date
from typing import Annotated

from fastapi import Path, Query, Request, Response

from services.kernel.data.db import Reading, Transaction
from services.kernel.lists.exports import answer_list
from services.kernel.lists.pages import Page
from services.kernel.openapi.document import problems
from services.kernel.security.auth import Anyone, RegistryRead, RegistryWrite
from services.kernel.web import etags
from services.kernel.web.errors import StateConflict
from services.kernel.web.etags import ReadVersion
from services.kernel.web.routing import new_router
from services.registry.codes.errors import UnknownCode

from . import lists, queries, relations, service
from .errors import (
    IdentifierTaken,
    KnownTooEarly,
    ReasonMissing,
    RelationStands,
    SlugTaken,
    UnknownOrganisation,
    UnknownProject,
)
from .schemas import (
    ProjectCreate,
    ProjectItem,
    ProjectPatch,
    ProjectQuery,
    ProjectRead,
    RelationCreate,
    RelationQuery,
    RelationRead,
    RevisionItem,
    RevisionQuery,
    RevisionRead,
)
from .terms import ProjectRef, RelationId

router = new_router("projects", tag="projects")
Ref = Annotated[ProjectRef, Path(description="Id or slug", examples=["parempi-tyoelama"])]
Version = Annotated[int, Path(ge=1, le=2**31 - 1)]


@router.get("", response_model=Page[ProjectItem], summary="List projects")
async def list_projects(
    query: Annotated[ProjectQuery, Query()], principal: Anyone, session: Reading, request: Request, response: Response
) -> Page[ProjectItem] | Response:
    """Projects by name. `sort=-relevance` goes with `q`. Ideas and applications are shown to who may change them."""
    return await answer_list(request, response, session, lists.listing(principal, query), query)


@router.post(
    "",
    status_code=201,
    summary="Enter a project",
    responses=problems(SlugTaken, IdentifierTaken, UnknownCode, UnknownOrganisation, UnknownProject, ReasonMissing),
)
async def create_project(
    body: ProjectCreate, principal: RegistryWrite, session: Transaction, response: Response
) -> ProjectRead:
    """Enter a project with its identifiers, dates, parties, funding, areas, topics and milestones."""
    project_id = await service.create_project(session, principal, body)
    project = await queries.read(session, principal, str(project_id))
    etags.mark(response, project.version, beside=queries.told_by_others(project))
    return project


@router.get("/{ref}", summary="Read a project")
async def read_project(
    ref: Ref,
    principal: Anyone,
    session: Reading,
    response: Response,
    as_of: Annotated[date | None, Query(description="As it was known at the end of this day")] = None,
) -> ProjectRead:
    """One project as it is known, or as it was known on a day; 404 where nothing was known of it yet."""
    project = await queries.read(session, principal, ref, as_of=as_of)
    etags.mark(response, project.version, beside=queries.told_by_others(project))
    return project


@router.patch(
    "/{ref}",
    summary="Change a project",
    responses=problems(KnownTooEarly, IdentifierTaken, UnknownCode, UnknownOrganisation, ReasonMissing),
)
async def change_project(
    ref: Ref,
    body: ProjectPatch,
    read_version: ReadVersion,
    principal: RegistryWrite,
    session: Transaction,
    response: Response,
) -> ProjectRead:
    """Change a project (JSON merge patch). A list that is given replaces the old one whole."""
    project_id = await service.change_project(session, principal, ref, body, read_version=read_version)
    project = await queries.read(session, principal, str(project_id))
    etags.mark(response, project.version, beside=queries.told_by_others(project))
    return project


@router.get("/{ref}/revisions", response_model=Page[RevisionItem], summary="List a project's revisions")
async def list_project_revisions(
    ref: Ref,
    query: Annotated[RevisionQuery, Query()],
    principal: RegistryRead,
    session: Reading,
    request: Request,
    response: Response,
) -> Page[RevisionItem] | Response:
    """Every change of the project, the newest first: since when known, when entered, by whom, why, what."""
    return await answer_list(request, response, session, await queries.revisions(session, principal, ref), query)


@router.get("/{ref}/revisions/{version}", summary="Read a project's revision")
async def read_project_revision(ref: Ref, version: Version, principal: RegistryRead, session: Reading) -> RevisionRead:
    """One change: the facts after it, and the values before of what it touched."""
    return await queries.revision(session, principal, ref, version)


@router.get("/{ref}/relations", response_model=Page[RelationRead], summary="List a project's relations")
async def list_project_relations(
    ref: Ref,
    query: Annotated[RelationQuery, Query()],
    principal: Anyone,
    session: Reading,
    request: Request,
    response: Response,
) -> Page[RelationRead] | Response:
    """What the project is to others and they to it, now or as known on a day."""
    listing = await queries.relations(session, principal, ref, query)
    return await answer_list(request, response, session, listing, query)


@router.post(
    "/{ref}/relations",
    status_code=201,
    summary="Relate a project to another",
    responses=problems(StateConflict, RelationStands, UnknownProject),
)
async def create_project_relation(
    ref: Ref, body: RelationCreate, principal: RegistryWrite, session: Transaction, response: Response
) -> RelationRead:
    """Say what the project is to another one. To coordinate a project needs the right to change both."""
    relation = await relations.relate(session, principal, ref, body)
    etags.mark(response, relation.version, beside=relation.other.model_dump_json())
    return relation


@router.get("/{ref}/relations/{relation_id}", summary="Read a relation")
async def read_project_relation(
    ref: Ref, relation_id: RelationId, principal: Anyone, session: Reading, response: Response
) -> RelationRead:
    """One standing relation, seen from the project."""
    project_id = await queries.find_id(session, principal, ref)
    relation = await queries.relation(session, principal, project_id, relation_id)
    etags.mark(response, relation.version, beside=relation.other.model_dump_json())
    return relation


@router.delete("/{ref}/relations/{relation_id}", status_code=204, summary="Withdraw a relation")
async def withdraw_project_relation(
    ref: Ref, relation_id: RelationId, read_version: ReadVersion, principal: RegistryWrite, session: Transaction
) -> None:
    """Withdraw a relation. Asked as of an earlier day, the project still shows it."""
    await relations.withdraw(session, principal, ref, relation_id, read_version=read_version)
