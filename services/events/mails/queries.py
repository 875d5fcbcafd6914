"""Every SELECT of mails."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import Select, exists, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from services.events.coordinations.models import Coordination
from services.events.events.models import Event
from services.kernel.background.leased import is_waiting

from .content import EventSnapshot, MailContent
from .models import Mail
from .terms import INVITING_KINDS, SENDING_BATCH, MailId, MailKind


def first_of_their_mailboxes() -> Select[UUID]:
    """Select the mails that wait for no other: an address gets the mails of one event in the order of their queueing.

    Otherwise a late REQUEST would restore an entry that a CANCEL has just removed from a calendar.
    """
    earlier = aliased(Mail)
    waits_behind = exists().where(
        earlier.event_id == Mail.event_id,
        earlier.to_address == Mail.to_address,
        earlier.queued_at < Mail.queued_at,
        is_waiting(earlier.state),
    )
    return select(Mail.id).where(~waits_behind)


async def contents(session: AsyncSession, mail_ids: Sequence[MailId]) -> list[MailContent]:
    """Return the contents of these mails, with their events as they are now, in the order of their queueing."""
    inviting = aliased(Mail)
    # This mail or an earlier one puts the event into the calendar of the person.
    invited = exists().where(
        inviting.registration_id == Mail.registration_id,
        inviting.kind.in_(INVITING_KINDS),
        inviting.queued_at <= Mail.queued_at,
    )
    statement = (
        select(Mail, Event, Coordination.name, invited.label("invited"))
        .join(Event, Event.id == Mail.event_id)
        .outerjoin(Coordination, Coordination.id == Event.coordination_id)
        .where(Mail.id.in_(mail_ids))
        .order_by(Mail.queued_at, Mail.id)
        .limit(SENDING_BATCH)
    )
    return [_content(*row) for row in await session.execute(statement)]


def _content(mail: Mail, event: Event, organiser: dict[str, str] | None, invited: bool) -> MailContent:  # noqa: FBT001 - A column.
    return MailContent(
        mail_id=mail.id,
        kind=MailKind(mail.kind),
        to_address=mail.to_address or "",
        to_name=mail.to_name or "",
        language=mail.language,
        link_secret=mail.link_secret,
        survey_id=mail.survey_id,
        is_invited=invited,
        ical_uid=mail.ical_uid,
        # Of the same instant as the facts: new facts never go out under the SEQUENCE of the old ones.
        sequence=event.ical_sequence + mail.ical_sequence,
        queue_place=mail.queue_place,
        queued_at=mail.queued_at,
        event=EventSnapshot(
            slug=event.slug,
            title=event.title,
            starts_at=event.starts_at,
            ends_at=event.ends_at,
            time_zone=event.time_zone,
            venue=event.venue,
            address=event.address,
            join_url=event.join_url,
            cancel_reason=event.cancel_reason,
            mode=event.mode,
            event_status=event.event_status,
            changed_at=event.updated_at,
            organiser=organiser,
            contact_email=event.contact_email,
        ),
    )
