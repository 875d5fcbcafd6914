"""Routes of relations between projects."""

from typing import Annotated

from fastapi import Query, Response

from services.kernel.data.db import Reading, Transaction
from services.kernel.lists.dependency import Lists
from services.kernel.lists.pages import Page
from services.kernel.openapi.document import problems
from services.kernel.security.auth import Anyone, RegistryWrite
from services.kernel.web import etags
from services.kernel.web.errors import StateConflict
from services.kernel.web.etags import ReadVersion
from services.kernel.web.routing import new_router
from services.registry.projects import queries, relations
from services.registry.projects.dependencies import Ref
from services.registry.projects.errors import UnknownProject
from services.registry.projects.schemas import (
    RelationCreate,
    RelationQuery,
    RelationRead,
)

from .errors import RelationStands
from .terms import RelationId

router = new_router("projects", tag="projects")


@router.get("/{ref}/relations", summary="List a project's relations")
async def list_project_relations(
    ref: Ref,
    query: Annotated[RelationQuery, Query()],
    principal: Anyone,
    session: Reading,
    lists: Lists,
) -> Page[RelationRead]:
    """The relations from and to the project, as they are known now or were known at the end of a day."""
    return await lists.page(await queries.relations(session, principal, ref, query), query)


@router.post(
    "/{ref}/relations",
    status_code=201,
    summary="Relate a project to another",
    responses=problems(StateConflict, RelationStands, UnknownProject),
)
async def create_project_relation(
    ref: Ref, body: RelationCreate, principal: RegistryWrite, session: Transaction, response: Response
) -> RelationRead:
    """The new relation to another project. The kind `coordinates` needs the right to change both projects."""
    relation = await relations.relate(session, principal, ref, body)
    etags.mark(response, relation.version, beside=relation.other.model_dump_json())
    return relation


@router.get("/{ref}/relations/{relation_id}", summary="Read a relation")
async def read_project_relation(
    ref: Ref, relation_id: RelationId, principal: Anyone, session: Reading, response: Response
) -> RelationRead:
    """One relation that is not withdrawn, as seen from the project."""
    project_id = await queries.find_id(session, principal, ref)
    relation = await queries.relation(session, principal, project_id, relation_id)
    etags.mark(response, relation.version, beside=relation.other.model_dump_json())
    return relation


@router.delete("/{ref}/relations/{relation_id}", status_code=204, summary="Withdraw a relation")
async def withdraw_project_relation(
    ref: Ref, relation_id: RelationId, read_version: ReadVersion, principal: RegistryWrite, session: Transaction
) -> None:
    """The relation no longer holds. With `as_of` of an earlier day, the list still shows it."""
    await relations.withdraw(session, principal, ref, relation_id, read_version=read_version)
