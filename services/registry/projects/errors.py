"""Failures of projects."""

from collections.abc import Iterable

from services.contracts.words import Phrase
from services.kernel.web.errors import DomainError, InvalidField


class SlugTaken(DomainError):
    status, code = 409, "project-slug-taken"


class IdentifierTaken(DomainError):
    status, code = 409, "identifier-taken"


class UnknownOrganisation(DomainError):
    status, code = 422, "unknown-organisation"


def unknown_organisations(pointers: Iterable[str]) -> UnknownOrganisation:
    """Return the failure of a body whose fields at these pointers name organisations that are not known."""
    phrase = Phrase("fields.unknown-organisation")
    return UnknownOrganisation(errors=[InvalidField(pointer, UnknownOrganisation.code, phrase) for pointer in pointers])


class UnknownProject(DomainError):
    status, code = 422, "unknown-project"


class ReasonMissing(DomainError):
    status, code = 422, "reason-missing"
