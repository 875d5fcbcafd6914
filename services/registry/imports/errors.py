"""Failures of imports."""

from services.kernel.web.errors import DomainError


class UnknownImportFormat(DomainError):
    status, code = 422, "unknown-import-format"


class UnreadableImport(DomainError):
    status, code = 422, "unreadable-import"
