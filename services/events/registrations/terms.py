"""Vocabulary of registrations."""

import hashlib
import re
import unicodedata
from enum import StrEnum
from types import MappingProxyType
from typing import Annotated, Final, Literal, NewType
from uuid import UUID

from pydantic import AfterValidator, Field, StringConstraints

from services.contracts.spellings import spelling_key
from services.events.events.email_addresses import same_mailbox
from services.kernel.text import clean_line

RegistrationId = NewType("RegistrationId", UUID)


class State(StrEnum):
    """The state of a registration. Cancelled is final; registering again is a new registration."""

    confirmed = "confirmed"
    waitlisted = "waitlisted"
    cancelled = "cancelled"


class CancelledBy(StrEnum):
    """The party that cancelled a registration."""

    registrant = "registrant"
    organiser = "organiser"
    system = "system"


class Origin(StrEnum):
    """How a registration was made."""

    public = "public"
    organiser = "organiser"
    walk_in = "walk_in"


class EnteredBy(StrEnum):
    """The giver of the address to which the mails of a person go.

    An organiser may have entered people who do not exist and read their mails. So an answer that such a
    mail brings is not counted towards the number of answers from which results are shown.
    """

    person = "person"
    organiser = "organiser"


class AttendanceStatus(StrEnum):
    """Whether a person attended. It never changes the registration."""

    unknown = "unknown"
    attended = "attended"
    partially_attended = "partially_attended"
    no_show = "no_show"
    excused = "excused"


# The people with one of these attended, for the counts and the feedback.
PRESENT: Final = frozenset({AttendanceStatus.attended, AttendanceStatus.partially_attended})

LiveState = Literal[State.confirmed, State.waitlisted]
PartMode = Literal["onsite", "online"]

# Punctuation does not distinguish names, nor do case, accents and the order of words.
_NOT_IN_NAMES = re.compile(r"[^\w]+|_")


def same_name(name: str) -> str:
    """Return the name as it is compared: no case, no accents, no punctuation, its words in alphabetical order."""
    plain = unicodedata.normalize("NFKD", name).casefold()
    letters = "".join(character for character in plain if not unicodedata.combining(character))
    return " ".join(sorted(_NOT_IN_NAMES.sub(" ", letters).split()))


def person_key(email: str | None, name: str, organisation: str | None = None) -> bytes:
    """Return the key by which a person is recognised at one event. Two names with one address are two persons.

    A person without an address is recognised by name and organisation, and never as a person with an address.
    """
    identity = f"\n{spelling_key(organisation) or ''}" if email is None else same_mailbox(email)
    return hashlib.sha256(f"{identity}\n{same_name(name)}".encode()).digest()


def calendar_uid(registration_id: UUID) -> str:
    """Return the UID of the calendar entry of a registration's person, stored with the row and never changed."""
    return f"{registration_id}@vipu"


PersonName = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=120),
    Field(examples=["Maija Mainio"]),
    AfterValidator(clean_line),
]

# A person who registers need not prove that the address is theirs, so this limits the mails to one address.
# A secretary who registers a whole office gets a mail for each person.
MAILS_TO_AN_ADDRESS: Final = "30/hour"

# Persons of one name that the answer to a walk-in lists.
MAX_CANDIDATES: Final = 20

# For a caller whose admission could not be decided now.
TRY_LATER: Final = MappingProxyType({"Retry-After": "2"})

# How many people one transaction of the job queues mails for.
NOTIFICATION_BATCH: Final = 100
