"""Vocabulary of relations."""

from enum import StrEnum
from typing import NewType
from uuid import UUID

RelationId = NewType("RelationId", UUID)


class RelationKind(StrEnum):
    """The relation of the first project to the second."""

    part_of = "part_of"
    coordinates = "coordinates"
    continues = "continues"
    succeeds = "succeeds"
    prepared = "prepared"
    duplicates = "duplicates"
