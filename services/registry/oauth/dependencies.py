"""The door of the token route: it proves its caller itself."""

from typing import Annotated

from fastapi import Depends

from services.kernel.security.auth import ANONYMOUS, Access, Principal


async def nobody() -> Principal:
    """Return the anonymous caller, whatever the Authorization header holds."""
    return ANONYMOUS


class PublicWithClientCredentials(Access):
    """The declaration of a public route that reads client credentials from the Authorization header itself."""

    async def __call__(self, caller: Annotated[Principal, Depends(nobody)]) -> Principal:
        """Let everybody pass."""
        return caller


AnyClient = Annotated[Principal, Depends(PublicWithClientCredentials())]
