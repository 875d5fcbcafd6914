"""Failures of code lists."""

from services.kernel.web.errors import DomainError, Titles


class CodeListUnusable(DomainError):
    status, code = 409, "code-list-unusable"
    titles = Titles(
        fi="Koodistotiedosto on ristiriitainen",
        sv="Kodlistans fil motsäger sig själv",
        en="A code list's file contradicts itself",
    )


class UnknownCode(DomainError):
    status, code = 422, "unknown-code"
    titles = Titles(fi="Koodia ei ole koodistossa", sv="Koden finns inte i kodlistan", en="The code is in no list")
