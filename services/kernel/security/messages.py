"""Announcements of the security of all services."""

from typing import Annotated, ClassVar
from uuid import NAMESPACE_URL, UUID, uuid5

from pydantic import AwareDatetime, Field

from services.kernel.background.messages import Announcement

SubjectText = Annotated[str, Field(min_length=1, max_length=120)]


class PrincipalRevoked(Announcement):
    """The tokens that the subject got before the instant are no longer valid."""

    kind: ClassVar[str] = "vipu.principal.revoked.v1"
    subject: SubjectText
    since: AwareDatetime

    def object_id(self) -> UUID:
        """Return an id made from the subject, which is a text."""
        return uuid5(NAMESPACE_URL, self.subject)
