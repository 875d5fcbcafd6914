"""Who may change organisations: everybody reads them, and they are shared by all projects."""

from services.contracts.roles import Role
from services.kernel.security.auth import Principal
from services.kernel.web.errors import Forbidden


def check_may_write(principal: Principal) -> None:
    """Coordinators and admins enter and change them; a contact of one project does not. Raises Forbidden."""
    if not (principal.everywhere(Role.coordinator) or principal.coordinations(Role.coordinator)):
        raise Forbidden
