"""Who may look at the dashboard of a project that leads."""

from uuid import UUID

from services.gateway.upstreams.terms import READERS
from services.kernel.security.auth import Principal


def may_see(principal: Principal, coordination_id: UUID) -> bool:
    """Whether a reading role is held everywhere or in this project."""
    return principal.everywhere(*READERS) or coordination_id in principal.coordinations(*READERS)


def may_see_any(principal: Principal) -> bool:
    """Whether there is any dashboard to list."""
    return principal.everywhere(*READERS) or bool(principal.coordinations(*READERS))
