"""Failures of imports."""

from services.kernel.web.errors import DomainError


class UnknownImportFormat(DomainError):
    status, code = 422, "unknown-import-format"


class UnreadableImport(DomainError):
    status, code = 422, "unreadable-import"


class ChangedSinceImport(DomainError):
    status, code = 409, "changed-since-import"
