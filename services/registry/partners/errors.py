"""Failures of partners."""

from services.kernel.web.errors import DomainError, Titles


class PartnerNameTaken(DomainError):
    status, code = 409, "partner-name-taken"
    titles = Titles(
        fi="Samanniminen kumppani on jo olemassa",
        sv="En partner med samma namn finns redan",
        en="A partner of this name exists already",
    )


class ScopesBeyondRoles(DomainError):
    status, code = 422, "scopes-beyond-roles"
    titles = Titles(
        fi="Roolit eivät kata kaikkia käyttöoikeuksia",
        sv="Rollerna täcker inte alla behörigheter",
        en="The roles do not cover all the scopes",
    )
