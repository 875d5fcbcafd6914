"""Following: what is derived from the copies becomes equal to them, and the registrations follow by recounts.

A copied row that has been followed is marked in the same transaction. Changes that a crash interrupted follow
at the next reconciling.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from email_validator import EmailNotValidError, validate_email
from sqlalchemy import Select, delete, false, literal, select, text, tuple_, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.sql.dml import ReturningInsert

from services.contracts.spellings import spelling_key
from services.kernel.runtime import Runtime

from .models import DecidedSpelling, FollowedCopy, Implementer, Organisation, OrganisationKey, OrganisationSuccessor
from .queries import family_of
from .terms import Copy, domain_key

Copies = type[Organisation] | type[DecidedSpelling] | type[Implementer]

_COPIES: Final[Mapping[Copy, Copies]] = {
    Copy.organisations: Organisation,
    Copy.spellings: DecidedSpelling,
    Copy.implementers: Implementer,
}
_BATCH: Final = 200
# The name of the copy, the row, and the instant at which a fact of it last changed.
_Outdated = Select[str, UUID, datetime]
# Without it, of two changes at once neither would see the other's merger.
_TAKE_TURNS: Final = text("SELECT pg_advisory_xact_lock(hashtextextended('events.organisations', 0))")


@dataclass(frozen=True, slots=True)
class Due:
    """One state of a copied row that the registrations have to follow."""

    copy: Copy
    id: UUID
    changed_at: datetime


async def follow(session: AsyncSession, copy: Copy, changed: Collection[UUID]) -> None:
    """Derive what follows from changed rows of the copy. The registrations follow with the next recount."""
    is_left = bool(changed)
    while is_left:
        is_left = await _follow(session, copy, _outdated(copy).where(_COPIES[copy].id.in_(changed)))


async def _follow(session: AsyncSession, copy: Copy, outdated: _Outdated) -> bool:
    """Mark outdated rows and derive what follows from them. Returns whether rows may be left."""
    if copy is Copy.organisations:
        await session.execute(_TAKE_TURNS)
    marked = list(await session.scalars(_marked(outdated)))
    if marked and copy is Copy.organisations:
        await _write_keys(session, marked)
        await _write_successors(session, marked)
    return len(marked) == _BATCH


async def follow_all(runtime: Runtime) -> None:
    """Let everything follow that a crash or a missed message left out."""
    for copy in Copy:
        is_left = True
        while is_left:
            async with runtime.database.transaction() as session:
                is_left = await _follow(session, copy, _outdated(copy))


def _outdated(copy: Copy) -> _Outdated:
    """Select rows of the copy of which a fact changed since they were followed; a limited number at once."""
    table = _COPIES[copy]
    followed = (FollowedCopy.copy == copy) & (FollowedCopy.id == table.id)
    return (
        select(literal(copy.value), table.id, table.changed_at)
        .outerjoin(FollowedCopy, followed)
        .where(FollowedCopy.changed_at.is_distinct_from(table.changed_at))
        .order_by(table.id)
        .limit(_BATCH)
    )


def _marked(outdated: _Outdated) -> ReturningInsert[UUID]:
    """Mark the rows as followed, and return their ids."""
    marking = insert(FollowedCopy).from_select(["copy", "id", "changed_at"], outdated)
    values = {"changed_at": marking.excluded.changed_at, "is_recounted": false()}
    return marking.on_conflict_do_update(index_elements=["copy", "id"], set_=values).returning(FollowedCopy.id)


async def due_for_recount(session: AsyncSession) -> list[Due]:
    """Return rows of copies that the registrations have not followed; a limited number at once."""
    due = select(FollowedCopy.copy, FollowedCopy.id, FollowedCopy.changed_at).where(~FollowedCopy.is_recounted)
    rows = await session.execute(due.order_by(FollowedCopy.copy, FollowedCopy.id).limit(_BATCH))
    return [Due(Copy(copy), row_id, changed_at) for copy, row_id, changed_at in rows]


async def mark_recounted(session: AsyncSession, due: Sequence[Due]) -> None:
    """Mark that the registrations have followed these states of the rows; a newer state stays due."""
    states = tuple_(FollowedCopy.copy, FollowedCopy.id, FollowedCopy.changed_at)
    seen = [(one.copy.value, one.id, one.changed_at) for one in due]
    await session.execute(update(FollowedCopy).where(states.in_(seen)).values(is_recounted=True))


async def _write_keys(session: AsyncSession, organisation_ids: Sequence[UUID]) -> None:
    """Make the current keys of the organisations those of their present names, abbreviations and mail domains."""
    keys = OrganisationKey
    await session.execute(
        update(keys).where(keys.organisation_id.in_(organisation_ids), keys.is_current).values(is_current=False)
    )
    facts = select(Organisation.id, Organisation.name, Organisation.abbreviations, Organisation.mail_domains)
    present = facts.where(Organisation.id.in_(organisation_ids), ~Organisation.removed)
    rows = [
        {"organisation_id": row.id, "key": key}
        for row in await session.execute(present)
        for key in sorted(keys_of(row.name.values(), row.abbreviations, row.mail_domains))
    ]
    if rows:
        await session.execute(
            insert(keys).on_conflict_do_update(index_elements=["organisation_id", "key"], set_={"is_current": True}),
            rows,
        )


def keys_of(names: Iterable[str], abbreviations: Iterable[str], mail_domains: Iterable[str]) -> set[str]:
    """Return the keys by which an organisation is recognised."""
    spellings = (spelling_key(text) for text in (*names, *abbreviations))
    return {key for key in spellings if key} | {form for domain in mail_domains for form in _forms(domain)}


def _forms(domain: str) -> set[str]:
    """Return the keys of a mail domain in Unicode and in ASCII (IDNA), because addresses have either."""
    try:
        parts = validate_email(f"postmaster@{domain}", check_deliverability=False)
    except (EmailNotValidError, UnicodeError):
        return {domain_key(domain)}
    return {domain_key(parts.domain), domain_key(parts.ascii_domain)}


async def _write_successors(session: AsyncSession, organisation_ids: Sequence[UUID]) -> None:
    """Find the successors of the organisations, and of those that were merged into them, along all mergers."""
    concerned = family_of(organisation_ids)
    await session.execute(delete(OrganisationSuccessor).where(OrganisationSuccessor.organisation_id.in_(concerned)))
    start = select(Organisation.id.label("organisation_id"), Organisation.id.label("at_id"))
    first = start.where(Organisation.id.in_(concerned)).cte("chain", recursive=True)
    step = select(first.c.organisation_id, Organisation.merged_into).join(
        Organisation, Organisation.id == first.c.at_id
    )
    chain = first.union(step.where(Organisation.merged_into.is_not(None)))
    is_last = (Organisation.id == chain.c.at_id) & Organisation.merged_into.is_(None) & ~Organisation.removed
    ends = select(chain.c.organisation_id, Organisation.id).join(Organisation, is_last)
    await session.execute(insert(OrganisationSuccessor).from_select(["organisation_id", "successor_id"], ends))
