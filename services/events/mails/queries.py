"""Every SELECT of mail."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import Select, exists, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from services.events.coordinations.models import Coordination
from services.events.events.models import Event
from services.kernel.background.leased import is_waiting

from .content import Letter, Occasion
from .models import Mail
from .terms import INVITING_KINDS, SENDING_BATCH, MailId, MailKind


def first_of_their_mailboxes() -> Select[UUID]:
    """Select the mails that wait behind no other: of one event, a mailbox gets first what was queued first.

    Otherwise a late REQUEST would put back what a CANCEL has just taken away.
    """
    earlier = aliased(Mail)
    waits_behind = exists().where(
        earlier.event_id == Mail.event_id,
        earlier.to_address == Mail.to_address,
        earlier.queued_at < Mail.queued_at,
        is_waiting(earlier.state),
    )
    return select(Mail.id).where(~waits_behind)


async def letters(session: AsyncSession, mail_ids: Sequence[MailId]) -> list[Letter]:
    """Return the letters of these mails as their events stand now, in the order in which they became news."""
    inviting = aliased(Mail)
    # Who was ever given a seat by this registration has, or will have, the event in their calendar.
    invited = exists().where(inviting.registration_id == Mail.registration_id, inviting.kind.in_(INVITING_KINDS))
    statement = (
        select(Mail, Event, Coordination.name, invited.label("invited"))
        .join(Event, Event.id == Mail.event_id)
        .outerjoin(Coordination, Coordination.id == Event.coordination_id)
        .where(Mail.id.in_(mail_ids))
        .order_by(Mail.queued_at, Mail.id)
        .limit(SENDING_BATCH)
    )
    return [_letter(*row) for row in await session.execute(statement)]


def _letter(mail: Mail, event: Event, organiser: dict[str, str] | None, invited: bool) -> Letter:  # noqa: FBT001 - A column.
    return Letter(
        mail_id=mail.id,
        kind=MailKind(mail.kind),
        to_address=mail.to_address or "",
        to_name=mail.to_name or "",
        language=mail.language,
        link_secret=mail.link_secret,
        survey_id=mail.survey_id,
        is_invited=invited,
        sequence=mail.sequence,
        queued_at=mail.queued_at,
        event=Occasion(
            slug=event.slug,
            title=event.title,
            starts_at=event.starts_at,
            ends_at=event.ends_at,
            time_zone=event.time_zone,
            venue=event.venue,
            address=event.address,
            join_url=event.join_url,
            cancel_reason=event.cancel_reason,
            ical_uid=event.ical_uid,
            organiser=organiser,
        ),
    )
