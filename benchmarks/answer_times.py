"""Whether the time of a public answer tells that a person, an address or a machine client is known.

For each route, pairs of requests, one of a known and one of an unknown, in random order. The figure is the AUC: how
often the answer to the known takes longer than that to the unknown; 0.5 is a coin. It leaves one cancelled event and
one inactive machine client behind. Start the installation with VIPU_PUBLIC_RATE=1000000/minute.
"""

import random
import time
from base64 import b64encode
from collections.abc import Callable
from typing import Final
from urllib.parse import urlencode
from uuid import uuid4

import httpx
import uvloop
from scipy.stats import mannwhitneyu

from benchmarks.callers import Reply, connect, prepared
from benchmarks.hot_event import HotEvent, hot_event
from benchmarks.measuring import Target, arguments, at_once, percentile, print_machine

# The greatest distance from a coin that one answer may have.
_ALLOWED: Final = 0.05
_WARMING: Final = 20
# Callers that make known people.
_CALLERS: Final = 20

# The request about the known and the one about the unknown, of one pair.
Pair = Callable[[int], tuple[bytes, bytes]]


async def measured(url: str, name: str, pair: Pair, pairs: int) -> bool:
    """Send the pairs, print the figures. Returns whether both take the same time. Raises where answers differ."""
    [connection] = await connect(url, 1)
    seconds: tuple[list[float], list[float]] = ([], [])
    for number in range(pairs + _WARMING):
        requests, order = pair(number), [0, 1]
        random.shuffle(order)
        replies: dict[int, Reply] = {}
        for which in order:
            began = time.perf_counter()
            replies[which] = await connection.send(requests[which])
            if number >= _WARMING:
                seconds[which].append(time.perf_counter() - began)
        _check_alike(name, replies[0], replies[1])
    connection.close()
    auc = mannwhitneyu(*seconds).statistic / pairs**2
    p50 = [percentile(sorted(times), 0.5) * 1000 for times in seconds]
    print(f"{name:34} n={pairs}  known p50={p50[0]:6.2f} ms  unknown p50={p50[1]:6.2f} ms  AUC={auc:.3f}")
    return abs(auc - 0.5) <= _ALLOWED


def _check_alike(name: str, known: Reply, unknown: Reply) -> None:
    if (known.status, _names(known)) != (unknown.status, _names(unknown)):
        raise AssertionError(f"{name}: the answers differ: {known} {unknown}")


def _names(reply: Reply) -> list[bytes]:
    """Return the names of the headers, in their order."""
    return [line.partition(b":")[0] for line in reply.head.splitlines()[1:]]


def person(group: str, number: int) -> dict[str, object]:
    """Return the body of a person's registration; all are as long as each other."""
    return {
        "name": f"Mittaaja {group}{number:05}",
        "email": f"{group}{number:05}@mittaus.example",
        "organisation": "Mittaus Oy",
        "privacy_accepted": True,
    }


async def known_persons(hot: HotEvent, group: str, count: int) -> list[str]:
    """Register people; their ids."""
    free, ids = await connect(hot.url, _CALLERS), []

    async def register(number: int) -> None:
        connection = free.pop()
        reply = await connection.send(prepared("POST", f"{hot.url}/registrations", person(group, number)))
        free.append(connection)
        ids.append(str(reply.json()["id"]))

    await at_once(count, _CALLERS, register)
    for connection in free:
        connection.close()
    return ids


async def registrations(target: Target, pairs: int) -> list[bool]:
    """Measure registering, and asking for the link of a registration."""
    count = pairs + _WARMING
    async with hot_event(target, seats=20_000, waiting_list="off") as hot:
        address = f"{hot.url}/registrations"
        for registration_id in await known_persons(hot, "c", count):
            cancelling = f"{target.events}/v1/registrations/{registration_id}/cancel"
            (await hot.admin.post(cancelling)).raise_for_status()
        await known_persons(hot, "k", count)

        def registering(known: str, unknown: str) -> Pair:
            return lambda number: (
                prepared("POST", address, person(known, number)),
                prepared("POST", address, person(unknown, number)),
            )

        def asking(number: int) -> tuple[bytes, bytes]:
            link = f"{address}/manage-links"
            emails = [{"email": person(group, number)["email"]} for group in "kn"]
            return prepared("POST", link, emails[0]), prepared("POST", link, emails[1])

        return [
            await measured(hot.url, "register, known", registering("k", "u"), pairs),
            await measured(hot.url, "register, cancelled earlier", registering("c", "v"), pairs),
            await measured(hot.url, "ask for the manage link", asking, pairs),
        ]


def token_request(url: str, client_id: str) -> bytes:
    """Return the request for a token with a wrong secret."""
    content = urlencode({"grant_type": "client_credentials"}).encode()
    credentials = b64encode(f"{client_id}:{'x' * 43}".encode()).decode()
    head = (
        f"POST /oauth/token HTTP/1.1\r\nHost: {httpx.URL(url).netloc.decode()}\r\n"
        f"Authorization: Basic {credentials}\r\nContent-Type: application/x-www-form-urlencoded\r\n"
        f"Content-Length: {len(content)}\r\n\r\n"
    )
    return head.encode() + content


async def tokens(target: Target, pairs: int) -> bool:
    """Measure the request for a token with a wrong secret, of a client that there is and of one that there is not."""
    async with target.client(headers=target.bearer("--role", "admin")) as admin:
        partners = f"{target.url}/api/registry/v1/partners"
        body = {
            "name": f"Mittaus {time.time_ns()}",
            "scopes": ["registry:read"],
            "grants": [{"role": "partner"}],
        }
        made = await admin.post(partners, json=body, headers={"Idempotency-Key": str(uuid4())})
        client_id = made.raise_for_status().json()["client_id"]
        result = await measured(
            target.url,
            "token, wrong secret",
            lambda _: (token_request(target.url, client_id), token_request(target.url, str(uuid4()))),
            pairs,
        )
        version = (await admin.get(f"{partners}/{client_id}")).headers["etag"]
        switched = await admin.patch(f"{partners}/{client_id}", json={"active": False}, headers={"If-Match": version})
        switched.raise_for_status()
    return result


async def main() -> None:
    """Measure every route; end with a failure where the time of an answer tells."""
    target, options = arguments(str(__doc__), pairs=(500, 5_000, "Pairs of requests to each route"))
    print_machine()
    alike = [await tokens(target, options.pairs), *await registrations(target, options.pairs)]
    if not all(alike):
        raise SystemExit(f"The time of an answer tells more than {0.5 + _ALLOWED:.2f}.")


uvloop.run(main())
