"""Failures of partners."""

from services.kernel.web.errors import DomainError


class PartnerNameTaken(DomainError):
    status, code = 409, "partner-name-taken"


class ScopesBeyondRoles(DomainError):
    status, code = 422, "scopes-beyond-roles"
