"""Vocabulary of tickets."""

from typing import Annotated, Final, NewType
from uuid import UUID

from pydantic import StringConstraints

BatchId = NewType("BatchId", UUID)

# 192 random bits, URL-safe: as `kernel.ids.new_secret` makes them.
Ticket = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{32}$", min_length=32, max_length=32)]

MAX_BATCH: Final = 5000
