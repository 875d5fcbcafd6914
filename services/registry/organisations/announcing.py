"""The announcements of organisations, as they are in the tables when their changes are done."""

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Final
from uuid import UUID

from sqlalchemy import ARRAY, Uuid, any_, cast, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.kernel.background.outbox import announce_all

from .messages import OrganisationChanged, OrganisationCreated
from .models import Organisation

_BATCH: Final = 500
_STATE: Final = (
    Organisation.id.label("organisation_id"),
    Organisation.kind.label("organisation_kind"),
    Organisation.name,
    Organisation.abbreviations,
    Organisation.mail_domains,
    Organisation.areas,
    Organisation.merged_into,
    Organisation.version,
)


@dataclass(frozen=True, slots=True)
class Touched:
    """The organisations that one piece of work has entered or changed, each of which is announced once, at its end."""

    created: set[UUID] = field(default_factory=set)
    changed: set[UUID] = field(default_factory=set)


async def announce_organisations(
    session: AsyncSession, *, created: Collection[UUID] = (), changed: Collection[UUID] = ()
) -> None:
    """Announce the organisations as they are in the tables now. One that was created is not announced as changed too.

    Requires: all changes are flushed.
    """
    ids = sorted({*created, *changed})
    for start in range(0, len(ids), _BATCH):
        among = any_(cast(ids[start : start + _BATCH], ARRAY(Uuid)))
        rows = await session.execute(select(*_STATE).where(Organisation.id == among).order_by(Organisation.id))
        facts = [
            (OrganisationCreated if row["organisation_id"] in created else OrganisationChanged).model_validate(row)
            for row in rows.mappings()
        ]
        await announce_all(session, facts)
