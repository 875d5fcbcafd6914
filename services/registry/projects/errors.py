"""Failures of projects."""

from services.kernel.web.errors import DomainError


class SlugTaken(DomainError):
    status, code = 409, "project-slug-taken"


class IdentifierTaken(DomainError):
    status, code = 409, "identifier-taken"


class UnknownOrganisation(DomainError):
    status, code = 422, "unknown-organisation"


class UnknownProject(DomainError):
    status, code = 422, "unknown-project"


class ReasonMissing(DomainError):
    status, code = 422, "reason-missing"
