"""Failures of code lists."""

from services.kernel.web.errors import DomainError


class CodeListUnusable(DomainError):
    status, code = 409, "code-list-unusable"


class UnknownCode(DomainError):
    status, code = 422, "unknown-code"
