"""Every SELECT of undelivered mails."""

from collections.abc import Sequence

from sqlalchemy import exists, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from services.events.events.facts import HAS_ENDED
from services.events.events.models import Event
from services.events.feedback_invitations.queries import may_invite_anew
from services.events.mails.models import Mail
from services.events.mails.terms import MailId, MailKind, MailState
from services.events.registrations.models import Registration
from services.kernel.lists.pages import Listing

from .schemas import MailQuery, MailRead
from .terms import STATE_KINDS


def listing(event: Event, query: MailQuery) -> Listing[MailRead]:
    """Return the mails of an event that match."""
    statement = select(Mail).where(Mail.event_id == event.id)
    if query.state:
        statement = statement.where(Mail.state.in_(query.state))
    if query.kind:
        statement = statement.where(Mail.kind.in_(query.kind))
    return Listing(
        name="mails",
        select=statement,
        read=MailRead.model_validate,
        model=MailRead,
        key=Mail.id,
        default_sort="-queued_at",
        sort_keys={"queued_at": Mail.queued_at},
    )


async def locked(session: AsyncSession, event: Event, mail_ids: Sequence[MailId]) -> dict[MailId, Mail]:
    """Return those of the mails that belong to the event, by id, locked until the transaction ends."""
    mails = await session.scalars(
        select(Mail).where(Mail.event_id == event.id, Mail.id.in_(mail_ids)).order_by(Mail.id).with_for_update()
    )
    return {MailId(mail.id): mail for mail in mails}


async def is_outdated(session: AsyncSession, mail: Mail) -> bool:
    """Return whether a newer mail supersedes the mail, or whether it would come too late.

    None supersedes a mail that takes the calendar entry away from an earlier address, unless the person has that
    address again. A feedback invitation is outdated where the person would get no other one.
    """
    later = aliased(Mail)
    superseded = exists().where(
        later.registration_id == mail.registration_id,
        later.queued_at > mail.queued_at,
        later.kind.in_(STATE_KINDS),
        later.state != MailState.parked,
    )
    if mail.kind == MailKind.address_removed:
        superseded = exists().where(Registration.id == mail.registration_id, Registration.email == mail.to_address)
    invites = mail.kind == MailKind.feedback_invitation
    outdated = ~may_invite_anew(mail.registration_id) if invites else HAS_ENDED | superseded
    return bool(await session.scalar(select(outdated).where(Event.id == mail.event_id)))
