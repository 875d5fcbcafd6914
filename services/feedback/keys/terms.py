"""Vocabulary of keys."""

from typing import Final, NewType
from uuid import UUID

KeyId = NewType("KeyId", UUID)

# So many unused pairs are kept ready, because a service that makes surveys cannot write private keys.
READY_KEYS: Final = 20
