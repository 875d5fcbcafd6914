"""Access rules of the dashboards of coordination projects."""

from uuid import UUID

from services.contracts.roles import Scope, figures_readable, reads_figures_of
from services.kernel.security.auth import Principal


def may_see(principal: Principal, coordination_id: UUID) -> bool:
    """Return whether the caller may read the figures of this project."""
    return reads_figures_of(principal.grants, coordination_id, scope=Scope.dashboard_read)


def may_see_any(principal: Principal) -> bool:
    """Return whether the caller may read the figures of any project."""
    readable = figures_readable(principal.grants, scope=Scope.dashboard_read)
    return readable is None or bool(readable)
