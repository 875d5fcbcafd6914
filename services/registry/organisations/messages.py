"""Announcements of organisations: the state that other services copy."""

from typing import ClassVar
from uuid import UUID

from pydantic import BaseModel

from services.contracts.vocabulary import OrganisationKind
from services.kernel.background.messages import Announcement


class AreaCode(BaseModel, frozen=True):
    """An area: its list and its code there."""

    scheme: str
    code: str


class OrganisationCreated(Announcement):
    """An organisation was entered."""

    kind: ClassVar[str] = "vipu.organisation.created.v1"
    organisation_id: UUID
    organisation_kind: OrganisationKind
    name: dict[str, str]
    abbreviations: list[str]
    mail_domains: list[str]
    areas: list[AreaCode]
    merged_into: UUID | None
    version: int


class OrganisationChanged(Announcement):
    """An organisation's facts were changed. With `merged_into`, that organisation answers in its place."""

    kind: ClassVar[str] = "vipu.organisation.changed.v1"
    organisation_id: UUID
    organisation_kind: OrganisationKind
    name: dict[str, str]
    abbreviations: list[str]
    mail_domains: list[str]
    areas: list[AreaCode]
    merged_into: UUID | None
    version: int


class OrganisationRemoved(Announcement):
    """An organisation that only undone imports had named was removed."""

    kind: ClassVar[str] = "vipu.organisation.removed.v1"
    organisation_id: UUID
    version: int
