"""Access to code lists: all callers read them, administrators load them."""

from services.kernel.security.auth import Principal


def may_load(principal: Principal) -> bool:
    """Return whether the principal may load the code lists anew."""
    return principal.everywhere()
