"""Vocabulary of partners."""

from enum import StrEnum
from typing import Final, NewType
from uuid import UUID

ClientId = NewType("ClientId", UUID)

MAX_GRANTS: Final = 50


def subject_of(client_id: UUID) -> str:
    """Return the subject of the client's tokens."""
    return f"partner:{client_id}"


class PartnerRole(StrEnum):
    """The roles of machine clients. Only the operator gives the others, `admin` and `service`."""

    coordinator = "coordinator"
    project_contact = "project_contact"
    door = "door"
    funder = "funder"
    partner = "partner"
