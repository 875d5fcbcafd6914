"""Vocabulary of the mailbox."""

from typing import Final, NewType
from uuid import UUID

MessageId = NewType("MessageId", UUID)

# The mailbox keeps so many messages, and its list shows so many of them.
MAX_KEPT: Final = 2_000
MAX_LISTED: Final = 200
