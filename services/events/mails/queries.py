"""Every SELECT of mails."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import Select, and_, exists, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute, aliased

from services.events.coordinations.models import Coordination
from services.events.events.models import Event, PastFacts
from services.events.events.queries import last_past_link
from services.kernel.background.leased import is_waiting
from services.kernel.data.types import Subselect

from .changes import as_it_was, changes_of, snapshot_of
from .content import MailContent, reader_language
from .models import Mail, MailSecret, SecretDeletion
from .terms import DELETIONS_PER_REWRITING, INFORMING_KINDS, RESTATING_KINDS, SENDING_BATCH, MailId, MailKind


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
    # What the person knew when the mail was queued, or what a mail that was sent since has told them.
    known = func.greatest(Mail.before_revision, _shown_revision(Mail.registration_id))
    statement = (
        select(Mail, Event, Coordination.name, PastFacts.facts, last_past_link(Mail.event_id), MailSecret.secret)
        .join(Event, Event.id == Mail.event_id)
        .outerjoin(MailSecret, MailSecret.mail_id == Mail.id)
        .outerjoin(PastFacts, and_(PastFacts.event_id == Mail.event_id, PastFacts.revision == known))
        .outerjoin(Coordination, Coordination.id == Event.coordination_id)
        .where(Mail.id.in_(mail_ids))
        .order_by(Mail.queued_at, Mail.id)
        .limit(SENDING_BATCH)
    )
    return [
        _content(mail, event, organiser, past, last_link=last_link, secret=secret)
        for mail, event, organiser, past, last_link, secret in await session.execute(statement)
    ]


def _shown_revision(registration_id: InstrumentedAttribute[UUID | None]) -> Subselect:
    """Return the revision of the event's facts that the mails to the person have shown last."""
    informing = aliased(Mail)
    return (
        select(func.max(informing.shown_revision))
        .where(informing.registration_id == registration_id, informing.kind.in_(INFORMING_KINDS))
        .scalar_subquery()
    )


async def shown_revisions(session: AsyncSession, registration_ids: Sequence[UUID]) -> dict[UUID, int]:
    """Return the revision of the event's facts that each person was last sent, for those who were sent any."""
    statement = (
        select(Mail.registration_id, func.max(Mail.shown_revision))
        .where(Mail.registration_id.in_(registration_ids), Mail.kind.in_(INFORMING_KINDS))
        .group_by(Mail.registration_id)
    )
    rows = await session.execute(statement)
    return {person: revision for person, revision in rows if person is not None and revision is not None}


async def secret_deletions(session: AsyncSession) -> Sequence[UUID]:
    """Return the deletions of secrets since their table was rewritten."""
    statement = select(SecretDeletion.id).order_by(SecretDeletion.id).limit(DELETIONS_PER_REWRITING)
    return (await session.scalars(statement)).all()


def _content(
    mail: Mail,
    event: Event,
    organiser: dict[str, str] | None,
    past: dict[str, object] | None,
    *,
    last_link: str | None,
    secret: str | None,
) -> MailContent:
    now = snapshot_of(event, organiser=organiser)
    before = as_it_was(now, past, last_link=last_link) if past else now
    language, kind = reader_language(mail.language), MailKind(mail.kind)
    return MailContent(
        mail_id=mail.id,
        kind=kind,
        to_address=mail.to_address or "",
        to_name=mail.to_name or "",
        language=mail.language,
        link_secret=secret,
        survey_id=mail.survey_id,
        is_invited=mail.is_invited,
        ical_uid=mail.ical_uid,
        # Of the same instant as the facts: new facts never go out under the SEQUENCE of the old ones.
        sequence=event.ical_sequence + mail.ical_sequence,
        queue_place=mail.queue_place,
        queued_at=mail.queued_at,
        event=now,
        changes=changes_of(before, now, language, has_seat=mail.is_invited and kind is not MailKind.promoted)
        if mail.before_revision is not None or kind in RESTATING_KINDS
        else None,
        reason=mail.reason,
        facts_revision=event.facts_revision,
    )
