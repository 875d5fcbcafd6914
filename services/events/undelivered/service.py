"""Use cases of undelivered mails."""

from sqlalchemy.ext.asyncio import AsyncSession

from services.events.mails import service as mails
from services.events.mails.models import Mail
from services.events.mails.terms import MailKind, MailState
from services.events.registrations import queries as registrations
from services.events.registrations.links import issue_links
from services.events.registrations.models import Registration
from services.kernel.security.auth import Principal

from . import queries
from .schemas import MailRetried, MailRetry
from .terms import WITH_LINK, WITH_REASON, RetryOutcome


async def retry_mails(session: AsyncSession, principal: Principal, ref: str, body: MailRetry) -> list[MailRetried]:
    """Queue parked mails again. Returns an outcome for each, in their order. Raises NotFound."""
    event = await registrations.event_of_staff(session, principal, ref)
    by_id = await queries.locked(session, event, body.mail_ids)
    outcomes = []
    for mail_id in body.mail_ids:
        mail = by_id.get(mail_id)
        outcome = RetryOutcome.not_found if mail is None else await _retry(session, mail)
        if outcome is RetryOutcome.asked_anew:
            del by_id[mail_id]
        outcomes.append(MailRetried(mail_id=mail_id, outcome=outcome))
    return outcomes


async def _retry(session: AsyncSession, mail: Mail) -> RetryOutcome:
    if mail.state != MailState.parked:
        return RetryOutcome.not_parked
    if await queries.is_outdated(session, mail):
        return RetryOutcome.outdated
    if mail.kind == MailKind.feedback_invitation:
        # A person without an invitation gets a ticket from the next run of the feedback invitations.
        await mails.delete_mail(session, mail)
        return RetryOutcome.asked_anew
    await _queue_again(session, mail)
    return RetryOutcome.queued


async def _queue_again(session: AsyncSession, mail: Mail) -> None:
    """Queue the mail with the facts of the registration now, and with a new link: the old one is gone."""
    registration = await session.get_one(Registration, mail.registration_id)
    secret = (await issue_links(session, [registration.id]))[0] if mail.kind in WITH_LINK else None
    reason = registration.cancel_reason if mail.kind in WITH_REASON else None
    await mails.queue_again(session, mail, registration, secret=secret, reason=reason)
