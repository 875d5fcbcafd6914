"""Use cases of projects: every fact is stored as a statement, and what is shown is derived anew."""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.contracts.periods import helsinki_midnight
from services.contracts.roles import Role
from services.contracts.words import Phrase
from services.kernel.clock import database_now, helsinki_day
from services.kernel.data.ids import new_id
from services.kernel.security.auth import Principal
from services.kernel.web.errors import Forbidden, Invalid, InvalidField, NotFound, StateConflict
from services.kernel.web.etags import check_version
from services.registry.organisations import queries as organisations
from services.registry.statements import queries as statement_queries
from services.registry.statements import service as statements
from services.registry.statements.queries import Identified
from services.registry.statements.service import RegisterList
from services.registry.statements.terms import STATE, Facts, StatementId

from . import access, checks, edits, queries, relations, rows, shown
from .errors import UnknownProject
from .models import Project
from .parts import Identifier
from .rows import NewProject
from .schemas import ProjectCreate, ProjectPatch, Source
from .terms import ProjectId, State, is_leading


async def create_project(session: AsyncSession, principal: Principal, body: ProjectCreate) -> ProjectId:
    """Enter a project with what the body says of it and its first revision, and announce it.

    A coordinator enters projects that their own coordination project coordinates. Without one, the right to change
    all projects is needed.
    Raises: Forbidden, UnknownProject, UnknownCode, UnknownOrganisation, ReasonMissing, SlugTaken, IdentifierTaken,
    Invalid.
    """
    coordination = await _coordination_of(session, principal, body)
    await checks.check_references(session, dict(body))
    edits.name_answering(body, await organisations.merged(session))
    checks.check_reason(body.state, edits.reason_of(body))
    known_at = await _known_at(session, body.known_on)
    project_id = ProjectId(new_id())
    facts = edits.facts_of_create(body)
    if body.source:
        await _add_to_list(session, principal, body.source, _numbers(body.identifiers), facts)
    else:
        await statements.say(
            session,
            project_id,
            edits.person_facts(facts),
            author=principal.subject,
            reason=body.reason,
            known_at=known_at,
        )
    identifiers = [identifier.model_dump() for identifier in body.identifiers]
    await shown.enter(
        session,
        [NewProject(project_id, identifiers, body.slug)],
        author=principal.subject,
        reason=body.reason,
        known_at=known_at,
        coordinated_by=coordination.id if coordination else None,
    )
    return project_id


async def change_project(
    session: AsyncSession, principal: Principal, ref: str, body: ProjectPatch, *, read_version: int
) -> ProjectId:
    """Store what the patch says beside what is shown, derive, store the revision and announce it.

    A patch that says nothing new changes nothing.
    Raises: NotFound, Forbidden, VersionMismatch, UnknownCode, UnknownOrganisation, ReasonMissing, IdentifierTaken,
    KnownTooEarly, Invalid.
    """
    project = await get_writable(session, principal, ref, read_version=read_version)
    if _changes_kind_or_lead(project, body) and not access.may_write_all(principal):
        raise Forbidden
    await checks.check_references(session, dict(body))
    known_at = await _known_at(session, body.known_on)
    document, merged = await queries.document(session, project.id), await organisations.merged(session)
    edits.name_answering(body, merged)
    facts = edits.changed_facts(body, document, merged)
    _check_state(body, document)
    renumbered = await _renumber(session, project.id, body)
    if body.source:
        numbers = (await shown.holders_of(session, [project.id]))[project.id]
        await _add_to_list(session, principal, body.source, numbers, edits.list_facts(body, document))
    else:
        await statements.say(
            session, project.id, facts, author=principal.subject, reason=body.reason, known_at=known_at
        )
    if facts or renumbered or body.source:
        await _show(session, principal, project.id, reason=body.reason, known_at=known_at, also=renumbered)
    return ProjectId(project.id)


async def release_statement(
    session: AsyncSession, principal: Principal, ref: str, statement_id: StatementId, *, read_version: int
) -> None:
    """End a person's statement, so that the project shows what its other sources say.

    Raises: NotFound, Forbidden, VersionMismatch, StateConflict (the project would have no name).
    """
    project = await get_writable(session, principal, ref)
    statement = await statement_queries.get_standing_for_change(session, project.id, statement_id)
    if statement is None:
        raise NotFound
    check_version(statement.version, read_version)
    if statement.field in {"kind", "scope"} and not access.may_write_all(principal):
        raise Forbidden
    await statements.release(session, statement)
    await _show(session, principal, project.id, reason=None, known_at=None)
    if statement.field == "name" and not await statement_queries.has_name(session, project.id):
        numbers = (await shown.holders_of(session, [project.id]))[project.id]
        if not numbers:
            raise StateConflict(Phrase("details.name-needed"))


async def get_writable(
    session: AsyncSession, principal: Principal, ref: str, *, read_version: int | None = None
) -> Project:
    """Return the project, locked until the transaction ends. Raises: NotFound, Forbidden, VersionMismatch."""
    project = await queries.get_for_change(session, principal, ref)
    if not await queries.may_write(session, principal, project.id):
        raise Forbidden
    if read_version is not None:
        check_version(project.version, read_version)
    return project


async def get_two_writable(
    session: AsyncSession, principal: Principal, ref: str, other_ref: str
) -> tuple[Project, Project]:
    """Return two projects, both locked until the transaction ends, in one order for all callers.

    Raises: NotFound, UnknownProject (the other one), Forbidden.
    """
    first_id = await queries.find_id(session, principal, ref)
    second_id = (await relations.find_other(session, principal, other_ref)).id
    locked = {
        project_id: await get_writable(session, principal, str(project_id))
        for project_id in sorted({first_id, second_id})
    }
    return locked[first_id], locked[ProjectId(second_id)]


async def _show(
    session: AsyncSession,
    principal: Principal,
    project_id: UUID,
    *,
    reason: str | None,
    known_at: datetime | None,
    also: bool = False,
) -> None:
    await shown.show(
        session,
        [project_id],
        author=principal.subject,
        reason=reason,
        known_at=known_at,
        also=[project_id] if also else [],
    )


def _numbers(identifiers: Sequence[Identifier]) -> list[Identified]:
    return [(identifier.scheme, identifier.value) for identifier in identifiers]


async def _add_to_list(
    session: AsyncSession, principal: Principal, source: Source, numbers: Sequence[Identified], facts: Facts
) -> None:
    """Say it in the name of the list. Raises: Forbidden, Invalid (the project has no such identifier)."""
    if not access.may_write_all(principal):
        raise Forbidden
    named = [number for number in numbers if source.identifier in {None, ":".join(number)}]
    if not named:
        raise Invalid(
            errors=[InvalidField("/body/source/identifier", "unknown-identifier", Phrase("fields.unknown-identifier"))]
        )
    list_on = source.list_on or helsinki_day(await database_now(session))
    register_list = RegisterList(source.list_kind, source.label, list_on)
    await statements.add_to_list(session, register_list, named[0], facts, author=principal.subject)


async def _renumber(session: AsyncSession, project_id: UUID, body: ProjectPatch) -> bool:
    """Replace the identifiers where the patch has others. Raises IdentifierTaken."""
    if "identifiers" not in body.model_fields_set:
        return False
    new = [identifier.model_dump() for identifier in body.identifiers]
    if new == await queries.identifiers(session, project_id):
        return False
    await rows.replace_identifiers(session, project_id, new)
    return True


def _check_state(body: ProjectPatch, document: edits.Document) -> None:
    """Refuse a new state that needs a reason and has none; the present state has its own. Raises ReasonMissing."""
    if body.state is not None and body.state != document[STATE]:
        checks.check_reason(State(body.state), edits.reason_of(body))


def _changes_kind_or_lead(project: Project, body: ProjectPatch) -> bool:
    """Return whether the patch would change the kind of the project, or whether it leads."""
    kind, scope = body.kind or project.kind, body.scope or project.scope
    return kind != project.kind or is_leading(kind, scope) != is_leading(project.kind, project.scope)


async def _coordination_of(session: AsyncSession, principal: Principal, body: ProjectCreate) -> Project | None:
    """Return the coordination project that is to coordinate the new one. Raises: Forbidden, UnknownProject."""
    if body.coordinated_by is None:
        if not access.may_write_all(principal):
            raise Forbidden(Phrase("details.coordinated-by-missing"))
        return None
    leads = is_leading(body.kind, body.scope)
    return await find_coordination(session, principal, body.coordinated_by, leads=leads)


async def find_coordination(session: AsyncSession, principal: Principal, ref: str, *, leads: bool) -> Project:
    """Return the project that is to coordinate new ones, which themselves lead or not.

    Raises: Forbidden, UnknownProject.
    """
    coordination = await relations.find_other(session, principal, ref)
    if not is_leading(coordination.kind, coordination.scope):
        raise UnknownProject(Phrase("details.coordinated-by-not-leading"))
    # A project that leads is entered only by a caller who may change all projects.
    own = coordination.id in principal.coordinations(Role.coordinator) and not leads
    if not own and not access.may_write_all(principal):
        raise Forbidden
    return coordination


async def _known_at(session: AsyncSession, known_on: date | None) -> datetime | None:
    """Return the instant since which the change is known; None is now. Raises Invalid (in the future)."""
    if known_on is None:
        return None
    if known_on > helsinki_day(await database_now(session)):
        raise Invalid(Phrase("details.known-on-in-the-future"))
    return helsinki_midnight(known_on)
