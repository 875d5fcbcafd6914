"""Composing: a mail as an RFC 5322 message to one reader. Of all headers, only To and Subject have user text."""

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

from .content import MailContent, render
from .invitations import method_of, write_invitation
from .terms import MailKind

# Mail servers refuse a longer header, and mail programs show one line of a subject.
_SUBJECT_LENGTH: Final = 200


class Uncomposable(Exception):
    """The mail cannot be written as a message, so sending it again would fail too."""


@dataclass(frozen=True, slots=True)
class Message:
    """A message as a mail server takes it: bytes with CRLF, and its envelope."""

    kind: MailKind
    sender: str
    recipient: str
    subject: str
    raw: bytes


def compose(content: MailContent, settings: EventsSettings) -> Message:
    """Return the message. The same content always gives the same Message-ID. Raises Uncomposable."""
    try:
        return _compose(content, settings)
    except (MessageError, ValueError, LookupError, TypeError) as error:
        raise Uncomposable(type(error).__name__) from error


def _compose(content: MailContent, settings: EventsSettings) -> Message:
    rendered = render(content, public_url=settings.public_url)
    sender = Address(settings.mail_from_name, addr_spec=settings.mail_from)
    recipient = _recipient(content)
    message = EmailMessage(policy=SMTP)
    message["From"] = sender
    message["To"] = recipient
    if content.event.contact_email:
        message["Reply-To"] = _address(content.event.contact_email, name="")
    message["Subject"] = clean_line(rendered.subject[:_SUBJECT_LENGTH])
    message["Date"] = content.queued_at
    message["Message-ID"] = f"<{content.mail_id}@{sender.domain}>"
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(rendered.text, cte="quoted-printable")
    message.add_alternative(rendered.html, subtype="html", cte="quoted-printable")
    addressed = replace(content, to_address=recipient.addr_spec)
    _add_invitation(message, addressed, settings, rendered.language)
    message["Content-Language"] = (
        rendered.language
    )  # Last, because the library moves earlier content headers to a part.
    return Message(
        kind=content.kind,
        sender=sender.addr_spec,
        recipient=recipient.addr_spec,
        subject=str(message["Subject"]),
        raw=message.as_bytes(),
    )


def _recipient(content: MailContent) -> Address:
    """Return the reader's address. Raises ValueError."""
    return _address(content.to_address, name=content.to_name)


def _address(text: str, *, name: str) -> Address:
    """Return the address, the domain in its ASCII form (IDNA 2008). Raises ValueError."""
    # Python's own codec "idna" is IDNA 2003, which turns faß.example into fass.example, the domain of another owner.
    address = validate_email(text, check_deliverability=False).ascii_email
    if address is None:
        raise ValueError("few mail servers know SMTPUTF8")
    return Address(clean_line(name), addr_spec=clean_line(address))


def _add_invitation(message: EmailMessage, content: MailContent, settings: EventsSettings, language: str) -> None:
    """Add the calendar object as an alternative, which calendar programs act upon, and as a file for the others."""
    organizer = Person(settings.organizer_address, settings.mail_from_name)
    invitation = write_invitation(content, language=language, organizer=organizer, public_url=settings.public_url)
    method = method_of(content)
    if invitation is None or method is None:
        return
    message.add_alternative(
        invitation.decode(), subtype="calendar", params={"method": method.value}, charset="utf-8", cte="base64"
    )
    message.add_attachment(invitation, maintype="application", subtype="ics", filename="invite.ics")
