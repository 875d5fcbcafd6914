"""Failures of surveys."""

from services.kernel.web.errors import DomainError, Titles


class SurveyExists(DomainError):
    """The event has a survey of this template already."""

    status, code = 409, "survey-exists"
    titles = Titles(
        fi="Tapahtumalla on jo tämä kysely",
        sv="Evenemanget har redan denna enkät",
        en="The event has this survey already",
    )


class SurveyClosed(DomainError):
    """The survey takes no answers and no changes any more."""

    status, code = 409, "survey-closed"
    titles = Titles(fi="Kysely on suljettu", sv="Enkäten är stängd", en="The survey is closed")


class SurveyNotOpen(DomainError):
    """The survey takes no answers yet."""

    status, code = 409, "survey-not-open"
    titles = Titles(fi="Kysely ei ole vielä auki", sv="Enkäten är inte öppen än", en="The survey is not open yet")


class ClosesTooEarly(DomainError):
    """A survey closes after it opens, and not in the past."""

    status, code = 409, "closes-too-early"
    titles = Titles(
        fi="Kyselyn on sulkeuduttava avaamisensa jälkeen ja tulevaisuudessa",
        sv="Enkäten måste stängas efter att den öppnats och i framtiden",
        en="A survey closes after it opens, and in the future",
    )


class FieldTypeConflict(DomainError):
    """A question keeps its type and scale under its id."""

    status, code = 400, "field-type-conflict"
    titles = Titles(
        fi="Kysymyksen tyyppi tai asteikko muuttuisi saman tunnuksen alla",
        sv="Frågans typ eller skala skulle ändras under samma id",
        en="The question's type or scale would change under the same id",
    )


class DefinitionUnchanged(DomainError):
    """The new version would say what the present one says."""

    status, code = 409, "definition-unchanged"
    titles = Titles(
        fi="Kysely on jo tässä muodossa", sv="Enkäten har redan denna form", en="The survey has this form already"
    )


class AnonymityFrozen(DomainError):
    """What answerers were promised stays."""

    status, code = 409, "anonymity-frozen"
    titles = Titles(
        fi="Vastaajille luvattua nimettömyyttä ei voi muuttaa",
        sv="Anonymiteten som utlovats kan inte ändras",
        en="The anonymity promised to those who answer cannot be changed",
    )
