"""A name server on loopback that knows a few names: the answers that a test wants, each at once."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from ipaddress import IPv4Address
from struct import pack

# RFC 1035: one question, of type A and class IN.
_HEADER_BYTES = 12
_A_IN = pack("!HH", 1, 1)
_IS_ANSWER = 0x8580
_NO_SUCH_NAME = 0x8583
# The asker's own rule must decide how long an answer is kept, not this.
_SECONDS_TO_LIVE = 3600


class NameServer(asyncio.DatagramProtocol):
    """Answers with the address that `addresses` has for a name now; a name that is not there does not exist."""

    def __init__(self, addresses: dict[str, str]) -> None:
        self.addresses = addresses

    def connection_made(self, transport: asyncio.DatagramTransport) -> None:  # type: ignore[override]
        """Keep the transport."""
        self._transport = transport

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        """Answer one question."""
        end = data.index(0, _HEADER_BYTES) + 1
        question = data[_HEADER_BYTES : end + len(_A_IN)]
        address = self.addresses.get(_name_in(data[_HEADER_BYTES:end]))
        is_known = address is not None and question.endswith(_A_IN)
        header = data[:2] + pack("!HHHHH", _IS_ANSWER if address else _NO_SUCH_NAME, 1, int(is_known), 0, 0)
        # The name of the answer is the one that stands behind the header.
        record = pack("!H", 0xC000 | _HEADER_BYTES) + _A_IN + pack("!IH", _SECONDS_TO_LIVE, 4)
        answer = record + IPv4Address(address).packed if is_known and address else b""
        self._transport.sendto(header + question + answer, addr)


def _name_in(labels: bytes) -> str:
    parts, at = [], 0
    while length := labels[at]:
        parts.append(labels[at + 1 : at + 1 + length].decode())
        at += 1 + length
    return ".".join(parts).lower()


@asynccontextmanager
async def name_server(addresses: dict[str, str]) -> AsyncIterator[str]:
    """Answer for these names, as they are at the time of each question; yield address and port of the server."""
    loop = asyncio.get_running_loop()
    bound = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    bound.bind(("127.0.0.1", 0))
    transport, _ = await loop.create_datagram_endpoint(lambda: NameServer(addresses), sock=bound)
    try:
        yield "{}:{}".format(*bound.getsockname())
    finally:
        transport.close()
