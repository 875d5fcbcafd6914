"""Vocabulary of keys."""

from datetime import timedelta
from typing import Final, NewType
from uuid import UUID

KeyId = NewType("KeyId", UUID)

# So many unused pairs are kept ready, because a service that makes surveys cannot write private keys.
READY_KEYS: Final = 20
# A key that the database does not know is kept so long: after the restore of an older backup, a newer one that knows it
# may still be restored.
UNKNOWN_KEPT_FOR: Final = timedelta(days=14)
