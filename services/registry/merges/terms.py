"""Vocabulary of merges."""

from typing import NewType
from uuid import UUID

MergeId = NewType("MergeId", UUID)
