"""Requests for manage links: people who have lost theirs, and staff who send one again."""

from sqlalchemy.ext.asyncio import AsyncSession

from services.events.events import queries as event_queries
from services.events.events.email_addresses import same_mailbox
from services.events.events.terms import EventId
from services.kernel.security.auth import ANONYMOUS, Principal

from . import queries
from .errors import NoAddress, NoLiveRegistration
from .models import Registration
from .notifications import link_mail_of, mail_with_links
from .recipient_limit import RecipientRateLimit
from .schemas import ManageLinkAnswer, ManageLinkRequest
from .terms import RegistrationId, State


async def send_links(
    session: AsyncSession, ref: str, body: ManageLinkRequest, *, recipient_limit: RecipientRateLimit
) -> ManageLinkAnswer:
    """Mail the manage links of the people who are registered with an address, also when the event is full or closed.

    The answer is the same for every address. No mail is sent about an event that has ended or was cancelled.
    Raises NotFound.
    """
    event = await event_queries.get(session, ANONYMOUS, ref)
    answer = ManageLinkAnswer(accepted=True)
    if await event_queries.has_ended(session, event):
        return answer
    await event_queries.lock(session, EventId(event.id))
    registered = await queries.live_of_mailbox(session, event.id, same_mailbox(body.email))
    mailed = [one for one in registered if recipient_limit.count_mail(body.email)]
    people = await queries.live_persons(session, mailed)
    await mail_with_links(session, [link_mail_of(person, person.queue_place) for person in people], event)
    return answer


async def send_link_of(session: AsyncSession, principal: Principal, registration_id: RegistrationId) -> Registration:
    """Mail a manage link to one person. Raises: NotFound, NoLiveRegistration, NoAddress."""
    registration = await queries.get(session, principal, registration_id)
    event = await queries.lock_with_event(session, registration)
    if registration.state == State.cancelled or await event_queries.has_ended(session, event):
        raise NoLiveRegistration
    if registration.email is None:
        raise NoAddress
    place = await queries.queue_place(session, registration)
    await mail_with_links(session, [link_mail_of(registration, place)], event)
    return registration
