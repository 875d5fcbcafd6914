"""Corrections: the staff change a person's name, address, organisation, language or way of taking part."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.contracts.words import Phrase
from services.events.events import queries as event_queries
from services.events.events.models import Event
from services.events.events.terms import EventMode
from services.events.mails import service as mails
from services.events.mails.service import Notification, Recipient
from services.events.mails.terms import MailKind
from services.kernel.background.outbox import announce
from services.kernel.patches import merged_changes, stored_values
from services.kernel.security.auth import Principal
from services.kernel.web.errors import Invalid, InvalidField
from services.kernel.web.etags import check_version

from . import organisations, persons, queries
from .links import end_links
from .messages import RegistrationChanged
from .models import Registration
from .notifications import known_revisions, mail_with_links
from .schemas import RegistrationPatch
from .terms import EnteredBy, Origin, RegistrationId, State

_CHOICES: Final = frozenset({"organisation_id", "project_id"})
_COLUMNS: Final = MappingProxyType({"organisation_id": "chosen_organisation_id"})


@dataclass(frozen=True, slots=True)
class _Reached:
    """A person as mails reached them before a correction."""

    id: UUID
    name: str
    email: str | None
    language: str
    is_invited: bool
    ical_uid: str
    ical_sequence: int


async def change_registration(
    session: AsyncSession,
    principal: Principal,
    registration_id: RegistrationId,
    body: RegistrationPatch,
    *,
    read_version: int,
) -> Registration:
    """Correct a registration and announce it. A patch with the present values changes nothing.

    With a new address all manage links end. The new address gets a mail with a link, a seat's calendar entry with it,
    and the calendar entry at the earlier address is taken away.
    Raises: NotFound, VersionMismatch, SamePersonRegistered, Invalid, NotKnownYet.
    """
    registration = await queries.get(session, principal, registration_id)
    event = await queries.lock_with_event(session, registration)
    check_version(registration.version, read_version)
    changed = merged_changes(body, _stored(registration, body))
    if not changed:
        return registration
    _check(registration, event, changed)
    await organisations.check_known(session, body.choices())
    before = _reached(registration)
    await persons.correct(session, event, registration, _with_choices(changed, body))
    if "email" in changed:
        await _move_to_address(session, registration, event, before=before)
    await announce(session, RegistrationChanged(registration_id=registration.id, event_id=event.id))
    return registration


def _stored(registration: Registration, body: RegistrationPatch) -> dict[str, object]:
    """Return the present values of the sent fields. A patch changes the organisation that was chosen, not the joined.

    The two differ where a decision joined the person, and where the chosen one was merged.
    """
    stored = stored_values(registration, body)
    return {**stored, "organisation_id": registration.chosen_organisation_id} if "organisation_id" in stored else stored


def _with_choices(changed: Mapping[str, object], body: RegistrationPatch) -> dict[str, object]:
    """Return the changes by column. A new text takes away the choices that were not sent, as they go before it."""
    if "organisation" in changed:
        changed = {**dict.fromkeys(_CHOICES - body.model_fields_set), **changed}
    return {_COLUMNS.get(name, name): value for name, value in changed.items()}


def _check(registration: Registration, event: Event, changed: Mapping[str, object]) -> None:
    """Check the values that only some registrations may have. Raises Invalid."""
    errors = []
    if "email" in changed and changed["email"] is None and registration.origin != Origin.walk_in:
        errors.append(InvalidField("/body/email", "address-needed", Phrase("fields.address-needed")))
    if changed.get("mode") is not None and event.mode != EventMode.hybrid:
        errors.append(InvalidField("/body/mode", "event-has-one-mode", Phrase("fields.event-has-one-mode")))
    if errors:
        raise Invalid(errors=errors)


def _reached(registration: Recipient) -> _Reached:
    return _Reached(
        registration.id,
        registration.name,
        registration.email,
        registration.language,
        registration.is_invited,
        registration.ical_uid,
        registration.ical_sequence,
    )


async def _move_to_address(
    session: AsyncSession, registration: Registration, event: Event, *, before: _Reached
) -> None:
    """End the links; take the calendar entry away at the earlier address and give it to the new one.

    A feedback invitation that waits is withdrawn: its ticket was made for a person who gave their address themselves.
    The next run of the invitations makes another.
    """
    registration.entered_by = EnteredBy.organiser
    await end_links(session, registration.id)
    await mails.withdraw_invitation(session, registration.id)
    if await event_queries.has_ended(session, event):
        return
    is_live = registration.state != State.cancelled
    if is_live:
        known = await known_revisions(session, event, [registration])
        # A mail that waits would take what is new to the earlier address. The mail to the new one says it all.
        await mails.withdraw_waiting(session, registration.id)
    # Two steps: where both addresses lead to one calendar, the entry stands in the end, whatever arrives first.
    registration.ical_sequence += 1
    await session.flush()
    if registration.is_invited:  # Also a cancelled one: the mail about it may go to the new address alone.
        earlier = replace(before, ical_sequence=registration.ical_sequence)
        await mails.queue_mail(session, MailKind.address_removed, earlier, event=event)
    if not is_live:
        return
    registration.ical_sequence += 1
    await session.flush()
    place = await queries.queue_place(session, registration)
    moved = Notification(
        MailKind.address_corrected, registration, queue_place=place, before_revision=known[registration.id]
    )
    await mail_with_links(session, [moved], event)
