"""The services behind the site, which asks them whether they are ready, for their measurements and for the mailbox."""

from collections.abc import Mapping
from dataclasses import dataclass

import httpx


@dataclass(frozen=True, slots=True)
class Upstreams:
    """Where the services are: name → base address, up to but without `/v1`. Only public routes are called."""

    client: httpx.AsyncClient
    urls: Mapping[str, str]
