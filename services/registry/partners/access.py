"""Access to machine clients: an administrator gives and sees what lies within the places of their own grants."""

from collections.abc import Iterable

from sqlalchemy import ColumnElement, true

from services.contracts.roles import Grant, Role
from services.contracts.words import Phrase
from services.kernel.security.auth import Principal
from services.kernel.web.errors import Forbidden

from .models import PartnerClient


def visible_to(principal: Principal) -> ColumnElement[bool]:
    """Select the clients of whose grants every one lies within the principal's own."""
    own = _places(principal)
    return true() if "" in own else PartnerClient.places.contained_by(own)


def check_may_give(principal: Principal, grants: Iterable[Grant]) -> None:
    """Let administrators give the rights of their own places. Raises Forbidden for the rights of others."""
    own = _places(principal)
    if "" not in own and not {grant.place() for grant in grants} <= set(own):
        raise Forbidden(Phrase("details.grants-beyond-own"))


def _places(principal: Principal) -> list[str]:
    """Return where the principal is an administrator; an empty text stands for everywhere."""
    return sorted({grant.place() for grant in principal.grants if grant.role is Role.admin})
