"""Who may look at a coordination project's dashboard."""

from uuid import UUID

from services.kernel.auth import Principal

from .terms import READERS


def may_see(principal: Principal, coordination_id: UUID) -> bool:
    """Whether a reading role is held everywhere or in this coordination project."""
    return principal.everywhere(*READERS) or coordination_id in principal.coordinations(*READERS)


def may_see_any(principal: Principal) -> bool:
    """Whether there is any coordination project to list."""
    return principal.everywhere(*READERS) or bool(principal.coordinations(*READERS))
