"""Vocabulary of links."""

from typing import NewType
from uuid import UUID

LinkId = NewType("LinkId", UUID)
