"""Vocabulary of tickets: a ticket is a secret of 32 characters and four characters that check it."""

import re
from base64 import urlsafe_b64encode
from hashlib import sha256
from typing import Final, NewType

from services.kernel.data.ids import new_secret

# A ticket whose check characters are right.
Ticket = NewType("Ticket", str)

MAX_BATCH: Final = 5000
TICKET_PATTERN: Final = r"^[A-Za-z0-9_-]{36}$"
_SECRET_CHARACTERS: Final = 32
_CHECK_CHARACTERS: Final = 4


def new_ticket() -> Ticket:
    """Make a ticket of 192 random bits."""
    secret = new_secret()
    return Ticket(secret + _check_characters(secret))


def read_ticket(text: str) -> Ticket | None:
    """Return the text as a ticket; None where it cannot be one, for instance because an end of a link was lost."""
    if re.fullmatch(TICKET_PATTERN, text) is None:
        return None
    secret, check = text[:_SECRET_CHARACTERS], text[_SECRET_CHARACTERS:]
    return Ticket(text) if check == _check_characters(secret) else None


def _check_characters(secret: str) -> str:
    return urlsafe_b64encode(sha256(secret.encode()).digest()).decode()[:_CHECK_CHARACTERS]
