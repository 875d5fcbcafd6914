"""Undoing: the new projects of an import are removed, its changes reversed, unless a person changed them since."""

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from sqlalchemy import ARRAY, TextClause, Uuid, bindparam, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from services.contracts.words import Phrase
from services.kernel.background.outbox import announce, announce_all
from services.kernel.web.errors import InvalidField
from services.registry.projects.history import announce_projects, revise

from .errors import ChangedSinceImport
from .messages import ImportUndone, OrganisationRemoved, ProjectRemoved
from .models import Import

MAX_LISTED_ROWS: Final = 50


def _over(statement: str) -> TextClause:
    return text(statement).bindparams(bindparam("ids", type_=ARRAY(Uuid)))


_HOLD_PROJECTS: Final = text("""
SELECT id FROM projects WHERE id IN (SELECT project_id FROM project_revisions WHERE batch_id = :import_id)
ORDER BY id FOR UPDATE
""")

# A later revision prevents the undo unless it came from an import that was undone since. So does a relation of a
# project that would be removed.
_CHANGED_SINCE: Final = text("""
SELECT r.line, coalesce(r.code, '') AS code, count(*) OVER () AS total
FROM import_rows AS r
JOIN project_revisions AS v ON v.project_id = r.project_id AND v.batch_id = :import_id
WHERE r.import_id = :import_id
  AND v.version = (SELECT min(w.version) FROM project_revisions AS w
                   WHERE w.project_id = r.project_id AND w.batch_id = :import_id)
  AND (EXISTS (SELECT FROM project_revisions AS later LEFT JOIN imports AS i ON i.id = later.batch_id
               WHERE later.project_id = v.project_id AND later.version > v.version
                 AND (i.state IS NULL OR i.state <> 'undone'))
       OR (v.version = 1 AND EXISTS (SELECT FROM project_relations AS q
                                     WHERE v.project_id IN (q.project_id, q.other_id) AND q.withdrawn_at IS NULL)))
ORDER BY r.line LIMIT :limit
""")

_MADE: Final = text("SELECT project_id FROM project_revisions WHERE batch_id = :import_id AND version = 1")
_CHANGED: Final = text("SELECT project_id FROM project_revisions WHERE batch_id = :import_id AND version > 1")

_REMOVE_PROJECTS: Final = _over("DELETE FROM projects WHERE id = ANY(:ids)")

# `import_before` holds the facts of each project in the revision before the import.
_RESTORE_PROJECTS: Final = text("""
UPDATE projects AS p
SET name = b.facts -> 'name',
    sort_name = coalesce(b.facts -> 'name' ->> 'fi', b.facts -> 'name' ->> 'sv', b.facts -> 'name' ->> 'en',
                         (SELECT value FROM jsonb_each_text(b.facts -> 'name') LIMIT 1)),
    summary = nullif(b.facts -> 'summary', 'null'::jsonb),
    fund = b.facts ->> 'fund',
    programme_part = b.facts ->> 'programme_part',
    priority_axis = b.facts ->> 'priority_axis',
    specific_objective = b.facts ->> 'specific_objective',
    state = b.facts ->> 'state',
    starts_on = (b.facts ->> 'starts_on')::date,
    ends_on = (b.facts ->> 'ends_on')::date,
    version = p.version + 1
FROM import_before AS b
WHERE b.batch_id = :import_id AND p.id = b.project_id
""")

_EMPTY_LISTS: Final = (
    _over("DELETE FROM project_states WHERE project_id = ANY(:ids)"),
    _over("DELETE FROM project_dates WHERE project_id = ANY(:ids)"),
    _over("DELETE FROM project_parties WHERE project_id = ANY(:ids)"),
    _over("DELETE FROM project_funding WHERE project_id = ANY(:ids)"),
)

_REFILL_LISTS: Final = (
    text("""
INSERT INTO project_states (project_id, position, state, since_on, reason)
SELECT b.project_id, e.place - 1, e.item ->> 'state', (e.item ->> 'since_on')::date, e.item ->> 'reason'
FROM import_before AS b CROSS JOIN jsonb_array_elements(b.facts -> 'states') WITH ORDINALITY AS e(item, place)
WHERE b.batch_id = :import_id
"""),
    text("""
INSERT INTO project_dates (project_id, position, kind, falls_on, source)
SELECT b.project_id, e.place - 1, e.item ->> 'kind', (e.item ->> 'falls_on')::date, e.item ->> 'source'
FROM import_before AS b CROSS JOIN jsonb_array_elements(b.facts -> 'dates') WITH ORDINALITY AS e(item, place)
WHERE b.batch_id = :import_id
"""),
    text("""
INSERT INTO project_parties (project_id, position, organisation_id, role, starts_on, ends_on)
SELECT b.project_id, e.place - 1, (e.item ->> 'organisation_id')::uuid, e.item ->> 'role',
       (e.item ->> 'starts_on')::date, (e.item ->> 'ends_on')::date
FROM import_before AS b CROSS JOIN jsonb_array_elements(b.facts -> 'parties') WITH ORDINALITY AS e(item, place)
WHERE b.batch_id = :import_id
"""),
    text("""
INSERT INTO project_funding (project_id, position, source, kind, amount, currency, as_of, note)
SELECT b.project_id, e.place - 1, e.item ->> 'source', e.item ->> 'kind', (e.item ->> 'amount')::numeric,
       e.item ->> 'currency', (e.item ->> 'as_of')::date, e.item ->> 'note'
FROM import_before AS b CROSS JOIN jsonb_array_elements(b.facts -> 'funding') WITH ORDINALITY AS e(item, place)
WHERE b.batch_id = :import_id
"""),
)

# Organisations that the import entered, that were never changed and that are a party of no project any more.
_REMOVE_ORGANISATIONS: Final = text("""
DELETE FROM organisations AS o USING imported_names AS n
WHERE n.import_id = :import_id AND o.id = n.organisation_id AND o.version = 1
  AND NOT EXISTS (SELECT FROM project_parties AS p WHERE p.organisation_id = o.id)
RETURNING o.id
""")


async def undo(session: AsyncSession, import_: Import, *, author: str) -> None:
    """Remove the import's new projects and restore the facts of the others. Raises ChangedSinceImport."""
    values = {"import_id": import_.id}
    await session.execute(_HOLD_PROJECTS, values)
    await _refuse_changed(session, import_)
    made: Sequence[UUID] = (await session.scalars(_MADE, values)).all()
    changed: Sequence[UUID] = (await session.scalars(_CHANGED, values)).all()
    if changed:
        await _restore(session, import_, changed)
        await revise(session, changed, author=author, reason="import undone", batch_id=import_.id)
        await announce_projects(session, changed=changed)
    if made:
        await session.execute(_REMOVE_PROJECTS, {"ids": made})
        await announce_all(session, [ProjectRemoved(project_id=project_id) for project_id in made])
    await _remove_organisations(session, values)
    await announce(session, ImportUndone(import_id=import_.id))


async def _refuse_changed(session: AsyncSession, import_: Import) -> None:
    rows = (await session.execute(_CHANGED_SINCE, {"import_id": import_.id, "limit": MAX_LISTED_ROWS})).all()
    if rows:
        listed = [
            InvalidField(
                f"/rows/{row.line}", "changed-since-import", Phrase("fields.changed-since-import", code=row.code)
            )
            for row in rows
        ]
        raise ChangedSinceImport(errors=listed, members={"count": int(rows[0].total)})


async def _restore(session: AsyncSession, import_: Import, changed: Sequence[UUID]) -> None:
    values = {"import_id": import_.id}
    await session.execute(_RESTORE_PROJECTS, values)
    for statement in _EMPTY_LISTS:
        await session.execute(statement, {"ids": changed})
    for statement in _REFILL_LISTS:
        await session.execute(statement, values)


async def _remove_organisations(session: AsyncSession, values: dict[str, UUID]) -> None:
    try:
        async with session.begin_nested():
            removed = (await session.scalars(_REMOVE_ORGANISATIONS, values)).all()
            await announce_all(
                session, [OrganisationRemoved(organisation_id=organisation_id) for organisation_id in removed]
            )
    except IntegrityError:
        # Another table refers to one of them by now: then all of them stay, which does no harm.
        return
