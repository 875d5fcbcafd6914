"""Who may do what with code lists: everybody reads, administrators load."""

from services.kernel.security.auth import Principal


def may_load(principal: Principal) -> bool:
    """Return whether the principal may load the code lists anew."""
    return principal.everywhere()
