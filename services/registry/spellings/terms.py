"""Vocabulary of spellings."""

from typing import NewType
from uuid import UUID

SpellingId = NewType("SpellingId", UUID)
