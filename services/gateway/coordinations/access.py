"""Who may look at the dashboard of a project that leads."""

from uuid import UUID

from services.contracts.roles import Scope, figures_readable, reads_figures_of
from services.kernel.security.auth import Principal


def may_see(principal: Principal, coordination_id: UUID) -> bool:
    """Return whether the caller reads the figures of this project."""
    return reads_figures_of(principal.grants, coordination_id, scope=Scope.dashboard_read)


def may_see_any(principal: Principal) -> bool:
    """Return whether there is any dashboard to list."""
    readable = figures_readable(principal.grants, scope=Scope.dashboard_read)
    return readable is None or bool(readable)
