"""Failures of imports."""

from typing import ClassVar

from services.kernel.web.errors import DomainError, Members


class UnknownImportFormat(DomainError):
    """The file's columns are those of no register. Members: `columns` (the file's), `known`, and often `missing`."""

    status, code = 422, "unknown-import-format"
    example: ClassVar[Members] = {"columns": "Hanke, Alkaa, Loppuu", "known": "rakennerahastot: Hankekoodi, Nimi …"}


class UnreadableImport(DomainError):
    status, code = 422, "unreadable-import"
