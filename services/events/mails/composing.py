"""Composing: a letter as an RFC 5322 message for one reader. No user text in headers but To and Subject."""

from dataclasses import dataclass, replace
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from typing import Final

from email_validator import validate_email

from services.events.ical.calendar_objects import Person
from services.events.settings import EventsSettings
from services.kernel.text import clean_line

from .content import Letter, render
from .invitations import method_of, write_invitation
from .terms import MailKind

# A header may not be longer than a server will take; a subject is a line to be read.
_SUBJECT_LENGTH: Final = 200


class Uncomposable(Exception):
    """The letter cannot be written as a message; sending it again would not help."""


@dataclass(frozen=True, slots=True)
class Message:
    """A message ready for the wire: bytes with CRLF, and its envelope."""

    kind: MailKind
    sender: str
    recipient: str
    subject: str
    raw: bytes


def compose(letter: Letter, settings: EventsSettings) -> Message:
    """Return the message. The same letter always gives the same Message-ID. Raises Uncomposable."""
    try:
        return _compose(letter, settings)
    except (MessageError, ValueError, LookupError, TypeError) as error:
        raise Uncomposable(type(error).__name__) from error


def _compose(letter: Letter, settings: EventsSettings) -> Message:
    rendered = render(letter, public_url=settings.public_url)
    sender = Address(settings.mail_from_name, addr_spec=settings.mail_from)
    recipient = _recipient(letter)
    message = EmailMessage(policy=SMTP)
    message["From"] = sender
    message["To"] = recipient
    message["Subject"] = clean_line(rendered.subject[:_SUBJECT_LENGTH])
    message["Date"] = letter.queued_at
    message["Message-ID"] = f"<{letter.mail_id}@{sender.domain}>"
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(rendered.text, cte="quoted-printable")
    message.add_alternative(rendered.html, subtype="html", cte="quoted-printable")
    reached = replace(letter, to_address=recipient.addr_spec)
    _add_invitation(message, reached, settings, rendered.language)
    message["Content-Language"] = rendered.language  # Last: the library gives earlier content headers to a part.
    return Message(
        kind=letter.kind,
        sender=sender.addr_spec,
        recipient=recipient.addr_spec,
        subject=str(message["Subject"]),
        raw=message.as_bytes(),
    )


def _recipient(letter: Letter) -> Address:
    """Return the reader's mailbox; the domain as the mail system knows it (IDNA 2008). Raises ValueError."""
    # Python's own "idna" is of 2003: it makes fass.example, which is somebody else's, of faß.example.
    address = validate_email(letter.to_address, check_deliverability=False).ascii_email
    if address is None:
        raise ValueError("few mail servers know SMTPUTF8")
    return Address(clean_line(letter.to_name), addr_spec=clean_line(address))


def _add_invitation(message: EmailMessage, letter: Letter, settings: EventsSettings, language: str) -> None:
    """As an alternative that calendar programs act upon, and as a file for those that do not."""
    organizer = Person(settings.organizer_address, settings.mail_from_name)
    invitation = write_invitation(letter, language=language, organizer=organizer, public_url=settings.public_url)
    method = method_of(letter)
    if invitation is None or method is None:
        return
    message.add_alternative(
        invitation.decode(), subtype="calendar", params={"method": method.value}, charset="utf-8", cte="base64"
    )
    message.add_attachment(invitation, maintype="application", subtype="ics", filename="invite.ics")
