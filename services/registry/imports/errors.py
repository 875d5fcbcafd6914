"""Failures of imports."""

from services.kernel.web.errors import DomainError, Titles


class UnknownImportFormat(DomainError):
    status, code = 422, "unknown-import-format"
    titles = Titles(
        fi="Tiedoston sarakkeita ei tunnisteta",
        sv="Filens kolumner känns inte igen",
        en="The columns of the file are not known",
    )


class UnreadableImport(DomainError):
    status, code = 422, "unreadable-import"
    titles = Titles(
        fi="Tiedostoa ei voi lukea", sv="Filen kan inte läsas", en="The file cannot be read as a list of rows"
    )


class ChangedSinceImport(DomainError):
    status, code = 409, "changed-since-import"
    titles = Titles(
        fi="Hankkeita on muutettu tuonnin jälkeen",
        sv="Projekt har ändrats efter importen",
        en="Projects have been changed since the import",
    )
