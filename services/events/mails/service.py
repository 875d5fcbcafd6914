"""Use cases of mails."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Protocol, TypedDict, assert_never
from uuid import UUID

from sqlalchemy import ColumnElement, delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from services.kernel.background.leased import LeasedState, is_waiting, queued_again
from services.kernel.clock import utc_now
from services.kernel.data.ids import new_private_id
from services.kernel.data.rows import arrays, columns_of, insert_all

from .models import Mail, MailSecret
from .secrets import delete_secrets, store_secret
from .terms import MANAGE_LINK_EVERY, MailKind


class _Row(TypedDict):
    id: UUID
    kind: str
    registration_id: UUID
    event_id: UUID
    dedupe_key: str
    to_address: str | None
    to_name: str
    language: str
    is_invited: bool
    ical_uid: str
    ical_sequence: int
    survey_id: UUID | None
    queue_place: int | None
    reason: str | None
    before_revision: int | None


# Built once, because registering waits for this statement.
_MAILS: Final = Mail.metadata.tables[Mail.__tablename__]
_SECRETS: Final = MailSecret.metadata.tables[MailSecret.__tablename__]
_QUEUED: Final = (
    insert_all(_MAILS, tuple(_Row.__annotations__))
    .on_conflict_do_nothing(index_elements=["dedupe_key"])
    .returning(_MAILS.c.id)
    .cte("queued")
)
_GIVEN: Final = arrays(_SECRETS, ("mail_id", "secret"), prefix="of_")
# A mail that was queued before keeps the secret that it has.
_QUEUE: Final = insert(_SECRETS).from_select(
    ["mail_id", "secret"],
    select(_GIVEN.c.mail_id, _GIVEN.c.secret).join(_QUEUED, _QUEUED.c.id == _GIVEN.c.mail_id),
)


class Recipient(Protocol):
    """The registration of the person that a mail is for."""

    @property
    def id(self) -> UUID:
        """The registration."""

    @property
    def name(self) -> str:
        """The name of the person."""

    @property
    def email(self) -> str | None:
        """The address of the person; None where they gave none."""

    @property
    def language(self) -> str:
        """The language of the mail."""

    @property
    def is_invited(self) -> bool:
        """Whether they have a seat, or had one until they cancelled."""

    @property
    def ical_uid(self) -> str:
        """The UID of the person's calendar entry."""

    @property
    def ical_sequence(self) -> int:
        """The part of the SEQUENCE that the registration raises."""


class MailedEvent(Protocol):
    """The event that a mail is about."""

    @property
    def id(self) -> UUID:
        """The event."""

    @property
    def ical_sequence(self) -> int:
        """The part of the SEQUENCE that the event raises."""

    @property
    def facts_revision(self) -> int:
        """The revision of the facts that mails name."""


@dataclass(frozen=True, slots=True)
class Notification:
    """A mail to one person about their registration or its event."""

    kind: MailKind
    registration: Recipient
    manage_token: str | None = None
    # Of a person who waits: their place on the waiting list, 1 is the first.
    queue_place: int | None = None
    # Why the organiser cancelled the registration.
    reason: str | None = None
    # The revision of the event's facts from which a mail says what is new, where no earlier mail has shown a later one.
    before_revision: int | None = None


async def queue_mail(
    session: AsyncSession,
    kind: MailKind,
    registration: Recipient,
    *,
    event: MailedEvent,
    manage_token: str | None = None,
    reason: str | None = None,
) -> None:
    """Queue a mail to the person, sent after the transaction commits; the same notification is queued once."""
    await queue_mails(session, [Notification(kind, registration, manage_token, reason=reason)], event=event)


async def queue_mails(session: AsyncSession, notifications: Sequence[Notification], *, event: MailedEvent) -> None:
    """Queue mails as `queue_mail` does, in their order. A person without an address gets none.

    The calendar part's SEQUENCE is the registration's `ical_sequence` as it is now and the event's as it is when the
    mail is sent, so that facts and SEQUENCE are always of the same instant.
    Requires: the event's only ever grows; the registration's is raised before a CANCEL is queued, and again before the
    entry is given to a corrected address.
    """
    reachable = [mail for mail in notifications if mail.registration.email is not None]
    rows = [_row(mail.kind, mail.registration, event) for mail in reachable]
    for row, mail in zip(rows, reachable, strict=True):
        row["queue_place"], row["reason"] = mail.queue_place, mail.reason
        row["before_revision"] = mail.before_revision
    await _queue(session, rows, secrets=[mail.manage_token for mail in reachable])


async def queue_invitations(
    session: AsyncSession, invitations: Sequence[tuple[Recipient, str]], *, event: MailedEvent, survey_id: UUID
) -> None:
    """Queue a feedback invitation with a ticket for each person, sent after the transaction commits.

    Requires: the invitations are in random order, in which neither the tickets were made nor the persons registered.
    """
    rows = [_row(MailKind.feedback_invitation, person, event, survey_id=survey_id) for person, _ in invitations]
    await _queue(session, rows, secrets=[ticket for _, ticket in invitations])


async def hand_over_invitation(session: AsyncSession, registration_id: UUID, *, to: UUID) -> None:
    """Count a feedback invitation to one registration of a person as one to another of theirs."""
    invitation = (Mail.registration_id == registration_id, Mail.kind == MailKind.feedback_invitation)
    await session.execute(
        update(Mail).where(*invitation).values(registration_id=to).execution_options(synchronize_session=False)
    )


async def withdraw_waiting(session: AsyncSession, registration_id: UUID) -> None:
    """Delete the mails about registration and event that wait for a person, because their address was corrected.

    A mail that takes the calendar entry away from an earlier address stays.
    """
    stays = Mail.kind.in_((MailKind.address_removed, MailKind.feedback_invitation))
    await _delete_mails(session, Mail.registration_id == registration_id, is_waiting(Mail.state), ~stays)


async def withdraw_invitation(session: AsyncSession, registration_id: UUID) -> None:
    """Delete the feedback invitation of a person that was not sent. A person without one is invited again.

    One that is being sent counts as sent: with a second one the person would have two tickets.
    """
    is_invitation = Mail.kind == MailKind.feedback_invitation
    is_unsent = Mail.state.in_([LeasedState.queued, LeasedState.parked])
    await _delete_mails(session, Mail.registration_id == registration_id, is_invitation, is_unsent)


async def _delete_mails(session: AsyncSession, *which: ColumnElement[bool]) -> None:
    await delete_secrets(session, select(Mail.id).where(*which))
    await session.execute(delete(Mail).where(*which).execution_options(synchronize_session=False))


async def queue_again(
    session: AsyncSession, mail: Mail, recipient: Recipient, *, secret: str | None, reason: str | None
) -> None:
    """Queue a parked mail again, with name, address and language of the registration now and the secret of its link.

    A mail that takes the calendar entry away from an earlier address is sent to that address.
    """
    mail.to_name, mail.language, mail.reason = recipient.name, recipient.language, reason
    if mail.kind != MailKind.address_removed:
        mail.to_address = recipient.email
    if secret is not None:
        await store_secret(session, mail.id, secret)
    for name, value in queued_again().items():
        setattr(mail, name, value)


async def delete_mail(session: AsyncSession, mail: Mail) -> None:
    """Delete a parked mail, so that the same notification can be queued anew."""
    await session.delete(mail)


async def _queue(session: AsyncSession, rows: Sequence[_Row], *, secrets: Sequence[str | None]) -> None:
    """Queue the mails, each with its secret where it has one, in one statement, which is sent without any too."""
    by_mail = {row["id"]: secret for row, secret in zip(rows, secrets, strict=True) if secret is not None}
    await session.execute(
        _QUEUE,
        {**columns_of(rows, _Row.__annotations__), "of_mail_id": list(by_mail), "of_secret": list(by_mail.values())},
    )


def _row(kind: MailKind, registration: Recipient, event: MailedEvent, *, survey_id: UUID | None = None) -> _Row:
    return {
        "id": new_private_id(),
        "kind": kind.value,
        "registration_id": registration.id,
        "event_id": event.id,
        "dedupe_key": f"{registration.id}:{kind}:{_revision(kind, registration, event)}",
        "to_address": registration.email,
        "to_name": registration.name,
        "language": registration.language,
        "is_invited": registration.is_invited,
        "ical_uid": registration.ical_uid,
        "ical_sequence": registration.ical_sequence,
        "survey_id": survey_id,
        "queue_place": None,
        "reason": None,
        "before_revision": None,
    }


def _revision(kind: MailKind, registration: Recipient, event: MailedEvent) -> str:
    """Return the text that distinguishes a second mail of the kind from a repetition of the first."""
    match kind:
        case MailKind.manage_link | MailKind.queue_link:
            return str(int(utc_now().timestamp() // MANAGE_LINK_EVERY.total_seconds()))
        case MailKind.event_changed:
            return str(event.facts_revision)
        case (
            MailKind.confirmation
            | MailKind.queued
            | MailKind.promoted
            | MailKind.cancelled
            | MailKind.cancelled_by_organiser
            | MailKind.event_cancelled
            | MailKind.address_corrected
            | MailKind.address_removed
            | MailKind.feedback_invitation
        ):
            # The SEQUENCE begins anew when a waiting person gets a seat.
            return f"{registration.ical_sequence}{'' if registration.is_invited else ':waiting'}"
        case never:
            assert_never(never)
