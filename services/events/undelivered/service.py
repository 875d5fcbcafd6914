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
from .terms import WITH_LINK, RetryOutcome


async def retry_mails(session: AsyncSession, principal: Principal, ref: str, body: MailRetry) -> list[MailRetried]:
    """Have parked mails sent again, to the person as registered now; each has its own outcome. Raises NotFound."""
    event = await registrations.event_of_staff(session, principal, ref)
    found = await queries.locked(session, event, body.mail_ids)
    outcomes = []
    for mail_id in body.mail_ids:
        mail = found.get(mail_id)
        outcome = RetryOutcome.not_found if mail is None else await _retry(session, mail)
        if outcome is RetryOutcome.asked_anew:
            del found[mail_id]
        outcomes.append(MailRetried(mail_id=mail_id, outcome=outcome))
    return outcomes


async def _retry(session: AsyncSession, mail: Mail) -> RetryOutcome:
    if mail.state != MailState.parked:
        return RetryOutcome.not_parked
    if await queries.is_outdated(session, mail):
        return RetryOutcome.outdated
    if mail.kind == MailKind.feedback_invitation:
        # Whom no mail has invited is given a ticket by the next hand-over.
        await mails.forget_mail(session, mail)
        return RetryOutcome.asked_anew
    await _queue_again(session, mail)
    return RetryOutcome.queued


async def _queue_again(session: AsyncSession, mail: Mail) -> None:
    """Name and address may have been corrected, and the link was forgotten when the mail was parked."""
    registration = await session.get_one(Registration, mail.registration_id)
    secret = (await issue_links(session, [registration.id]))[0] if mail.kind in WITH_LINK else None
    mails.queue_again(mail, registration, link_secret=secret)
