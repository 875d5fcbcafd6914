"""Access to organisations: all callers read them, and all projects share them."""

from services.contracts.roles import Role
from services.kernel.security.auth import Principal
from services.kernel.web.errors import Forbidden


def check_may_write(principal: Principal) -> None:
    """Let coordinators and administrators enter and change organisations. Raises Forbidden for others."""
    if not (principal.everywhere(Role.coordinator) or principal.coordinations(Role.coordinator)):
        raise Forbidden
