"""Failures of relations."""

from services.kernel.web.errors import DomainError


class RelationStands(DomainError):
    status, code = 409, "relation-stands"
