"""Failures of relations."""

from services.kernel.web.errors import DomainError, Titles


class RelationStands(DomainError):
    status, code = 409, "relation-stands"
    titles = Titles(fi="Suhde on jo voimassa", sv="Relationen gäller redan", en="The relation stands already")
