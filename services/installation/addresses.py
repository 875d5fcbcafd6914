"""Addresses: where an installation listens, which one people use, and where its services find each other."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from services.contracts.services import SERVICE_NAMES

# Addresses that never leave the process.
INNER: Final[Mapping[str, str]] = {name: f"http://{name}.vipu" for name in SERVICE_NAMES}

_LOOPBACK: Final = frozenset({"127.0.0.1", "localhost", "[::1]"})
# The address that a browser on this machine uses for "every address".
_EVERYWHERE: Final[Mapping[str, str]] = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}  # noqa: S104


@dataclass(frozen=True, slots=True)
class Address:
    """The address to listen on, and the one that people use (`public_url`) where that is another."""

    host: str
    port: int
    public_url: str = ""

    @property
    def url(self) -> str:
        """The address for people and for the issuer of tokens."""
        return self.public_url.rstrip("/") or f"http://{self._name}:{self.port}"

    @property
    def names(self) -> frozenset[str] | None:
        """The host names that it answers to. None stands for all, since it listens to the whole network."""
        if self.host in _EVERYWHERE:
            return None
        public = urlsplit(self.url).hostname or ""
        return _LOOPBACK | {self._name, f"[{public}]" if ":" in public else public}

    @property
    def _name(self) -> str:
        return _EVERYWHERE.get(self.host, f"[{self.host}]" if ":" in self.host else self.host.lower())
