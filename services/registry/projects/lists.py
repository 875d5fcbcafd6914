"""The list of projects: filters, full text, sorting."""

from datetime import date

from sqlalchemy import (
    ColumnElement,
    Text,
    and_,
    cast,
    exists,
    func,
    literal,
    select,
    tuple_,
)
from sqlalchemy.ext.asyncio import AsyncSession

from services.contracts.periods import Period, parse_period
from services.contracts.vocabulary import split_code
from services.kernel.data.localized import picked
from services.kernel.data.types import JsonObject, Statement, Subselect
from services.kernel.lists.pages import Listing
from services.kernel.security.auth import Principal
from services.registry.codes import queries as codes
from services.registry.organisations import queries as organisations
from services.registry.organisations.models import Organisation
from services.registry.search import access as documents
from services.registry.search import queries as search
from services.registry.search.models import SearchDocument
from services.registry.search.terms import Noun

from . import access, columns, queries
from .identifiers import normal_forms
from .models import Project, ProjectArea, ProjectFunding, ProjectIdentifier, ProjectParty, ProjectTopic
from .schemas import ProjectItem, ProjectQuery
from .terms import NEVER_IN_FORCE, PartyRole, is_leading

# A list reads only the columns that it shows: the texts and their search columns are many times as long.
_OWN = (
    "id",
    "slug",
    "kind",
    "scope",
    "state",
    "name",
    "starts_on",
    "ends_on",
    "programme_period",
    "fund",
    "priority_axis",
    "specific_objective",
    "programme_part",
    "merged_into",
    "version",
    "created_at",
)
# In the order of the columns of `_rows`.
_LISTED = ("identifiers", "funders", "implementers", "areas", "funding", "implementer_id", "coordination_ids")
_LONG_AGO, _FAR_AHEAD = date(1, 1, 1), date(9999, 12, 31)


async def listing(session: AsyncSession, principal: Principal, query: ProjectQuery) -> Listing[ProjectItem]:
    """Return the projects that match and that the principal may see, by name."""
    statement = _rows(principal).where(_visible(principal, query), *_filters(principal, query))
    keys = {
        "name": Project.sort_key,
        "starts_on": func.coalesce(Project.starts_on, _LONG_AGO),
        "ends_on": func.coalesce(Project.ends_on, _FAR_AHEAD),
        "created_at": Project.created_at,
        "state": Project.state,
    }
    if query.q:
        parsed = await search.parse(session, _visible_documents(principal), query.q)
        statement = statement.join(SearchDocument, SearchDocument.id == Project.id).where(search.matches(parsed))
        keys["relevance"] = search.relevance(parsed)
    return Listing(
        name="projects",
        select=statement,
        read=_read,
        model=ProjectItem,
        key=Project.id,
        default_sort="name",
        sort_keys=keys,
    )


def _visible(principal: Principal, query: ProjectQuery) -> ColumnElement[bool]:
    return access.visible_or_merged(principal) if query.with_merged else access.visible_to(principal)


def in_force(period: Period) -> ColumnElement[bool]:
    """Select the projects in force on some day of the period. An unknown start or end does not exclude a project."""
    return and_(
        Project.merged_into.is_(None),
        Project.state.not_in(NEVER_IN_FORCE),
        func.coalesce(Project.starts_on, _LONG_AGO) <= period.last_on,
        func.coalesce(Project.ends_on, _FAR_AHEAD) >= period.first_on,
    )


def _filters(principal: Principal, query: ProjectQuery) -> list[ColumnElement[bool]]:
    choices = {
        Project.kind: query.kind,
        Project.scope: query.scope,
        Project.state: query.state,
        Project.fund: query.fund,
        Project.programme_period: query.programme_period,
        Project.programme_part: query.programme_part,
        Project.priority_axis: query.priority_axis,
        Project.specific_objective: query.specific_objective,
    }
    filters: list[ColumnElement[bool]] = [column.in_(values) for column, values in choices.items() if values]
    if query.leads is not None:
        filters.append(queries.leading() if query.leads else ~queries.leading())
    if query.identifier or query.identifier_scheme:
        filters.append(_identified(query))
    if query.coordination:
        filters.append(Project.id.in_(queries.coordinated_by(principal, query.coordination)))
    if query.region:
        filters.append(_has_area(query.region))
    if query.topic:
        topics = tuple_(ProjectTopic.scheme, ProjectTopic.code).in_([split_code(topic) for topic in query.topic])
        filters.append(exists().where(ProjectTopic.project_id == Project.id, topics))
    if query.organisation:
        answering = select(organisations.answering()).where(Organisation.id == query.organisation)
        filters.append(
            exists().where(ProjectParty.project_id == Project.id, ProjectParty.organisation_id.in_(answering))
        )
    if query.in_force:
        filters.append(in_force(parse_period(query.in_force)))
    return filters


def _identified(query: ProjectQuery) -> ColumnElement[bool]:
    statement = exists().where(ProjectIdentifier.project_id == Project.id)
    if query.identifier:
        statement = statement.where(ProjectIdentifier.value.in_(normal_forms(query.identifier)))
    if query.identifier_scheme:
        statement = statement.where(ProjectIdentifier.scheme == query.identifier_scheme)
    return statement


def _has_area(regions: list[str]) -> ColumnElement[bool]:
    """Select the projects with one of the areas or with an area within one, under the codes of all lists."""
    every = codes.covered([split_code(region) for region in regions]).subquery("covered")
    return Project.id.in_(
        select(ProjectArea.project_id).join(
            every, and_(ProjectArea.scheme == every.c.scheme, ProjectArea.code == every.c.code)
        )
    )


def _visible_documents(principal: Principal) -> ColumnElement[bool]:
    return and_(SearchDocument.noun == Noun.project, documents.visible_to(access.own_drafts(principal)))


def _rows(principal: Principal) -> Statement:
    return select(
        *(getattr(Project, name) for name in _OWN),
        columns.collected(
            select(ProjectIdentifier).where(ProjectIdentifier.project_id == Project.id),
            ProjectIdentifier.scheme + ":" + ProjectIdentifier.value,
            ProjectIdentifier.position,
        ),
        _named(PartyRole.funder),
        _named(PartyRole.implementer, PartyRole.part_implementer),
        columns.areas(),
        _amounts(),
        columns.implementer_id(),
        columns.coordination_ids(
            columns.EVERY_COORDINATION if access.may_write_all(principal) else columns.PUBLIC_COORDINATIONS
        ),
    )


def _named(*roles: PartyRole) -> Subselect:
    rows = (
        select(ProjectParty)
        .join(Organisation, Organisation.id == ProjectParty.organisation_id)
        .where(ProjectParty.project_id == Project.id, ProjectParty.role.in_(roles))
    )
    return columns.collected(rows, picked(Organisation.name), ProjectParty.position)


def _amounts() -> Subselect:
    """Return the amounts of each kind and source as a JSON list."""
    amounts = select(ProjectFunding).where(ProjectFunding.project_id == Project.id)
    item = func.jsonb_build_object(
        literal("source", Text),
        ProjectFunding.source,
        literal("kind", Text),
        ProjectFunding.kind,
        literal("amount", Text),
        cast(ProjectFunding.amount, Text),
        literal("currency", Text),
        ProjectFunding.currency,
    )
    return columns.collected(amounts, item, ProjectFunding.position)


def _read(*row: object) -> ProjectItem:
    values: JsonObject = dict(zip((*_OWN, *_LISTED), row, strict=True))
    return ProjectItem.model_validate({**values, "leads": is_leading(values["kind"], values["scope"])})
