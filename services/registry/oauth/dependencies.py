"""The access declaration of the token route, which authenticates its caller itself."""

from typing import Annotated

from fastapi import Depends

from services.kernel.security.auth import ANONYMOUS, Access, Principal


async def anonymous() -> Principal:
    """Return the anonymous caller, whatever the Authorization header holds."""
    return ANONYMOUS


class PublicWithClientCredentials(Access):
    """The declaration of a public route that reads client credentials from the Authorization header itself."""

    async def __call__(self, caller: Annotated[Principal, Depends(anonymous)]) -> Principal:
        """Let every caller pass."""
        return caller


AnyClient = Annotated[Principal, Depends(PublicWithClientCredentials())]
