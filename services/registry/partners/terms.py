"""Vocabulary of partners."""

from enum import StrEnum
from typing import Final, NewType
from uuid import UUID

ClientId = NewType("ClientId", UUID)

MAX_GRANTS: Final = 50


class PartnerRole(StrEnum):
    """What a machine client may be. Not `admin` and not `service`: those are the operator's to give."""

    coordinator = "coordinator"
    project_contact = "project_contact"
    door = "door"
    funder = "funder"
    partner = "partner"
