"""Forwarding: which proxies may name the address of a caller, and which address of theirs counts."""

from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Final

from starlette.types import ASGIApp, Receive, Scope, Send

# The processes of this machine: the proxy before `vipu up`, or the front before the services of `--split`.
THIS_MACHINE: Final = "127.0.0.1,::1"
_SCHEMES: Final = {b"http": "http", b"https": "https"}


@dataclass(frozen=True, slots=True)
class TrustedProxies:
    """The proxies whose `X-Forwarded-For` and `X-Forwarded-Proto` are used."""

    networks: tuple[IPv4Network | IPv6Network, ...]
    # Every peer is a proxy; of the addresses that it names, only the last one is its own.
    every_peer: bool = False

    def trust(self, host: str) -> bool:
        """Say whether the peer is a trusted proxy."""
        if self.every_peer:
            return True
        address = _address_in(host)
        return address is not None and any(address in network for network in self.networks)

    def caller(self, forwarded_for: Iterable[bytes]) -> str | None:
        """Return the last address that is not a trusted proxy's, or None where the proxy names none.

        A caller may write any address into the header, but each proxy adds the address that it sees at the end.
        """
        hops = [hop.strip() for value in forwarded_for for hop in value.decode("latin-1").split(",")]
        addresses = [_address_in(hop) for hop in hops if hop]
        for address in reversed(addresses):
            if address is None:
                # What a trusted proxy did not write as an address says nothing, nor does what stands before it.
                return None
            if self.every_peer or not any(address in network for network in self.networks):
                return str(address)
        return str(addresses[0]) if addresses else None


def proxies_in(text: str) -> TrustedProxies:
    """Parse addresses and networks, separated by commas; `*` stands for all, an empty text for none.

    Raises: ValueError.
    """
    names = [name.strip() for name in text.split(",") if name.strip()]
    if "*" in names:
        return TrustedProxies((), every_peer=True)
    return TrustedProxies(tuple(ip_network(name) for name in names))


def _address_in(hop: str) -> IPv4Address | IPv6Address | None:
    """Return the address of a hop: `192.0.2.1`, `192.0.2.1:80`, `2001:db8::1`, `[2001:db8::1]:80`."""
    host = hop[1:].partition("]")[0] if hop.startswith("[") else hop
    host = host.partition(":")[0] if host.count(":") == 1 else host
    try:
        address = ip_address(host.partition("%")[0])
    except ValueError:
        return None
    return (address.ipv4_mapped or address) if isinstance(address, IPv6Address) else address


class ForwardedCaller:
    """Middleware that gives the application the caller's own address and scheme, where a trusted proxy names them."""

    def __init__(self, app: ASGIApp, proxies: TrustedProxies) -> None:
        self._app = app
        self._proxies = proxies

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        client = scope.get("client")
        if scope["type"] == "http" and client and self._proxies.trust(client[0]):
            caller = self._proxies.caller(_values(scope, b"x-forwarded-for"))
            scheme = next((_SCHEMES.get(value) for value in reversed(_values(scope, b"x-forwarded-proto"))), None)
            named = {"client": (caller, 0)} if caller else {}
            scope = {**scope, **named, "scheme": scheme or scope["scheme"]}
        await self._app(scope, receive, send)


def _values(scope: Scope, header: bytes) -> list[bytes]:
    return [value for name, value in scope["headers"] if name == header]
