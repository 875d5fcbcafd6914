"""Vocabulary of registrations."""

import hashlib
import re
import unicodedata
from enum import StrEnum
from types import MappingProxyType
from typing import Annotated, Final, Literal, NewType
from uuid import UUID

from email_validator import EmailNotValidError, validate_email
from pydantic import AfterValidator, Field, StringConstraints

from services.contracts.words import InvalidValue
from services.kernel.text import clean_line

RegistrationId = NewType("RegistrationId", UUID)


class State(StrEnum):
    """Where a registration stands. Cancelled is the end; registering again is a new row."""

    confirmed = "confirmed"
    waitlisted = "waitlisted"
    cancelled = "cancelled"


class CancelledBy(StrEnum):
    """Who ended a registration."""

    registrant = "registrant"
    organiser = "organiser"
    system = "system"


class Origin(StrEnum):
    """How a registration came to be."""

    public = "public"
    organiser = "organiser"
    walk_in = "walk_in"


class AttendanceStatus(StrEnum):
    """Whether a person came. It never changes the registration."""

    unknown = "unknown"
    attended = "attended"
    partially_attended = "partially_attended"
    no_show = "no_show"
    excused = "excused"


# Who was there, for the counts and the feedback.
PRESENT: Final = frozenset({AttendanceStatus.attended, AttendanceStatus.partially_attended})

LiveState = Literal[State.confirmed, State.waitlisted]
PartMode = Literal["onsite", "online"]

MAX_EMAIL: Final = 254  # RFC 5321 §4.5.3.1.3, less the angle brackets.
# What distinguishes no person: case, punctuation, accents, the order of names.
_NOT_IN_NAMES = re.compile(r"[^\w]+|_")


def deliverable(address: str) -> str:
    """Return the address as it is written, if a mail could go there. Raises ValueError."""
    try:
        return validate_email(address, check_deliverability=False).normalized
    except (EmailNotValidError, UnicodeError) as error:
        raise InvalidValue("fields.not-an-email-address") from error


def same_mailbox(address: str) -> str:
    """Return the address as it is compared: NFKC, lower case, without `+tag`, the domain in its ASCII form (IDNA).

    Requires: the address is `deliverable`. Raises EmailNotValidError where its compared form is not.
    """
    if address.isascii():  # What is plain as it is written has only its case and its tag to lose: no second parsing.
        local, _, domain = address.lower().rpartition("@")
        return f"{local.partition('+')[0]}@{domain}"
    parts = validate_email(unicodedata.normalize("NFKC", address), check_deliverability=False)
    local = unicodedata.normalize("NFKC", parts.local_part).casefold().partition("+")[0]
    return f"{local}@{parts.ascii_domain.lower()}"


def same_name(name: str) -> str:
    """Return the name as it is compared: no case, no accents, no punctuation, its words in alphabetical order."""
    plain = unicodedata.normalize("NFKD", name).casefold()
    letters = "".join(character for character in plain if not unicodedata.combining(character))
    return " ".join(sorted(_NOT_IN_NAMES.sub(" ", letters).split()))


def person_key(email: str | None, name: str, organisation: str | None = None) -> bytes:
    """Return who is the same person at one event. Two names in one mailbox are two persons.

    Who came without giving an address is known by name and organisation, and is nobody of those who gave one.
    """
    known_by = f"\n{organisation_key(organisation) or ''}" if email is None else same_mailbox(email)
    return hashlib.sha256(f"{known_by}\n{same_name(name)}".encode()).digest()


def organisation_key(organisation: str | None) -> str | None:
    """Return the organisation's name as it is compared, for counting distinct ones; None where nothing is left of it."""
    if organisation is None:
        return None
    return " ".join(unicodedata.normalize("NFKC", organisation).casefold().split()) or None


def manageable_address(text: str) -> str:
    """Return an address that is valid as written and as compared. Raises ValueError."""
    address = deliverable(clean_line(text))
    try:
        same_mailbox(address)
    except EmailNotValidError as error:
        raise InvalidValue("fields.not-an-email-address") from error
    return address


EmailAddress = Annotated[
    str,
    StringConstraints(strip_whitespace=True, max_length=MAX_EMAIL),
    Field(json_schema_extra={"format": "email"}, examples=["maija.mainio@yritys.example"]),
    AfterValidator(manageable_address),
]
PersonName = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=120),
    Field(examples=["Maija Mainio"]),
    AfterValidator(clean_line),
]

# Registering needs no proof of owning the address: this is how many mails the public may cause to one mailbox.
# A secretary who registers a whole office gets a mail for each.
MAILS_TO_A_MAILBOX: Final = "30/hour"

# For whom a seat could not be decided upon in this instant.
TRY_LATER: Final = MappingProxyType({"Retry-After": "2"})

# How many people one transaction of a job writes to.
TELL_BATCH: Final = 100
