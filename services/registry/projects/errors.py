"""Failures of projects."""

from services.kernel.web.errors import DomainError, Titles


class SlugTaken(DomainError):
    status, code = 409, "project-slug-taken"
    titles = Titles(
        fi="Toisella hankkeella on sama osoite", sv="Ett annat projekt har adressen", en="Another project has this slug"
    )


class IdentifierTaken(DomainError):
    status, code = 409, "identifier-taken"
    titles = Titles(
        fi="Tunnus on jo toisella hankkeella",
        sv="Beteckningen används redan av ett annat projekt",
        en="Another project has this identifier",
    )


class KnownTooEarly(DomainError):
    status, code = 409, "known-too-early"
    titles = Titles(
        fi="Hankkeesta on jo myöhempää tietoa",
        sv="Det finns redan senare uppgifter om projektet",
        en="Later knowledge of the project is recorded already",
    )


class UnknownOrganisation(DomainError):
    status, code = 422, "unknown-organisation"
    titles = Titles(fi="Organisaatiota ei tunneta", sv="Okänd organisation", en="Unknown organisation")


class UnknownProject(DomainError):
    status, code = 422, "unknown-project"
    titles = Titles(fi="Hanketta ei tunneta", sv="Okänt projekt", en="Unknown project")


class ReasonMissing(DomainError):
    status, code = 422, "reason-missing"
    titles = Titles(
        fi="Keskeytykselle ja perumiselle annetaan syy",
        sv="Ett avbrott och ett inställande motiveras",
        en="An interruption or cancellation needs a reason",
    )
