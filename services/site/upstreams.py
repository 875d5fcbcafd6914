"""The services behind the site: it asks for their health, their measurements, the mailbox and what its pages show."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import httpx

# A page does not wait longer for a service: its script asks again.
_PAGE_SECONDS: Final = 0.25


@dataclass(frozen=True, slots=True)
class Upstreams:
    """Where the services are: name → base address, up to but without `/v1`. Only public routes are called."""

    client: httpx.AsyncClient
    urls: Mapping[str, str]

    async def is_missing(self, name: str, path: str) -> bool:
        """Return whether the service says that what stands at its path does not exist. Not where it does not answer."""
        if name not in self.urls:
            return False
        try:
            response = await self.client.get(self.urls[name] + path, timeout=_PAGE_SECONDS)
        except httpx.HTTPError:
            return False
        return response.status_code == httpx.codes.NOT_FOUND
