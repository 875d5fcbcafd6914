"""Vocabulary of partners."""

from enum import StrEnum
from typing import Final, NewType
from uuid import UUID

ClientId = NewType("ClientId", UUID)

MAX_GRANTS: Final = 50


class PartnerRole(StrEnum):
    """The roles of machine clients. Only the operator gives the others, `admin` and `service`."""

    coordinator = "coordinator"
    project_contact = "project_contact"
    door = "door"
    funder = "funder"
    partner = "partner"
