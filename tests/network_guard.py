"""A pytest plugin: no test reaches another machine."""

import socket
from collections.abc import Callable, Generator
from ipaddress import ip_address

import pytest


class NetworkReached(Exception):
    """A test tried to reach another machine."""


def _check(address: object) -> None:
    """Raises NetworkReached unless the address is a path or on this machine."""
    if isinstance(address, tuple) and not _is_local(str(address[0])):
        raise NetworkReached(f"{address[0]!r} is not this machine")


def _is_local(host: str) -> bool:
    try:
        return ip_address(host.partition("%")[0]).is_loopback
    except ValueError:
        return host in {"", "localhost"}


def _guarded(real: Callable[..., object], *, position: int) -> Callable[..., object]:
    def guard(own: socket.socket, *arguments: object) -> object:
        _check(arguments[position])
        return real(own, *arguments)

    return guard


def _guarded_lookup(host: object, *arguments: object, **options: object) -> object:
    name = host.decode() if isinstance(host, bytes) else str(host or "")
    # An address needs no question to a name server; whether it may be reached is judged when it is.
    if not name.replace(".", "").isdigit() and ":" not in name and not _is_local(name):
        raise NetworkReached(f"{name!r} would be looked up on another machine")
    return _LOOK_UP(host, *arguments, **options)


_LOOK_UP = socket.getaddrinfo


@pytest.hookimpl(wrapper=True)
def pytest_runtestloop() -> Generator[None, object, object]:
    """Guard the sockets of this process while tests run."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket.socket, "connect", _guarded(socket.socket.connect, position=0))
        patch.setattr(socket.socket, "connect_ex", _guarded(socket.socket.connect_ex, position=0))
        patch.setattr(socket.socket, "sendto", _guarded(socket.socket.sendto, position=-1))
        patch.setattr(socket, "getaddrinfo", _guarded_lookup)
        return (yield)
