"""The services as the front asks them: whether they are ready, their measurements, the mailbox."""

from collections.abc import Mapping
from dataclasses import dataclass

import httpx


@dataclass(frozen=True, slots=True)
class Upstreams:
    """Where the services are: name → base address, up to but without `/v1`. Nothing is asked that is not public."""

    client: httpx.AsyncClient
    urls: Mapping[str, str]
