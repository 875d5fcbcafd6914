"""Who may read a coordination project's figures."""

from uuid import UUID

from services.kernel.security.auth import Principal, Role

_READERS = (Role.coordinator, Role.funder, Role.partner)


def may_read_of(principal: Principal, coordination_id: UUID) -> bool:
    """Whether the principal sees this coordination's figures."""
    return principal.everywhere(*_READERS) or coordination_id in principal.coordinations(*_READERS)
