"""Rate limits: which addresses count as one caller, and which proxies may name the address."""

import httpx
import pytest

from services.contracts.roles import Grant, Role
from services.kernel.web import rate_limits
from services.kernel.web.rate_limits import Rate, SlidingWindowLimiter, subject_of_address
from services.runner.forwarding import ForwardedCaller, proxies_in

FORM = {"grant_type": "client_credentials", "client_id": "x", "client_secret": "x"}


@pytest.mark.parametrize(
    ("host", "counted"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::ffff", "2001:db8:1:2::/64"),
        ("2001:db8:1:3::1", "2001:db8:1:3::/64"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("fe80::1%eth0", "fe80::/64"),
        ("testclient", "testclient"),
    ],
)
def test_a_whole_ipv6_network_is_one_caller(host, counted):
    assert subject_of_address(host) == counted


def asks_from(app, host):
    return httpx.AsyncClient(transport=httpx.ASGITransport(app, client=(host, 1)), base_url="http://registry.vipu")


async def statuses(app, hosts, headers=({},)):
    results = []
    for host in hosts:
        for more in headers:
            async with asks_from(app, host) as client:
                results.append((await client.post("/oauth/token", data=FORM, headers=more)).status_code)
    return results


async def test_another_address_of_the_same_network_is_the_same_caller(applications, change_settings):
    change_settings("registry", public_rate="2/minute")
    app = applications.apps["registry"]
    assert await statuses(app, [f"2001:db8::{number}" for number in (1, 2, 3)]) == [401, 401, 429]
    assert await statuses(app, ["2001:db8:0:1::1", "192.0.2.1"]) == [401, 401]


async def test_an_address_that_the_caller_sends_is_ignored(applications, change_settings):
    change_settings("registry", public_rate="2/minute")
    lies = [{"X-Forwarded-For": f"198.51.100.{n}", "Forwarded": f"for=198.51.100.{n}"} for n in range(3)]
    assert await statuses(applications.apps["registry"], ["192.0.2.1"], lies) == [401, 401, 429]
    # Behind a proxy that is named, only the address that it adds counts: the last one, and only from this proxy.
    behind = ForwardedCaller(applications.apps["registry"], proxies_in("10.0.0.1"))
    chains = [{"X-Forwarded-For": f"198.51.100.{n}, 203.0.113.9"} for n in range(3)]
    assert await statuses(behind, ["10.0.0.1"], chains) == [401, 401, 429]
    assert await statuses(behind, ["192.0.2.2"], lies) == [401, 401, 429]


@pytest.mark.parametrize("role", list(Role))
async def test_a_caller_with_a_token_has_a_limit_of_its_own(client, change_settings, role):
    change_settings("registry", public_rate="1/minute", caller_rate="2/minute")

    async def asks(caller, headers=None):
        return await caller.get("/v1/organisations/names", headers=headers, q="kunta")

    callers = [client("registry", Grant(role), subject=subject) for subject in ("a", "b", "a")]
    assert [(await asks(caller)).status_code for caller in callers] == [200, 200, 200]
    refused = await asks(callers[0])
    assert refused.status_code == 429
    assert refused.headers["ratelimit-policy"] == '"caller";q=2;w=60'
    assert int(refused.headers["retry-after"]) > 0
    assert (await asks(callers[1])).status_code == 200
    # Callers without a token are counted by their address, and a bad token counts for nothing.
    answers = [await asks(client("registry"), headers) for headers in ({"Authorization": "Bearer x"}, {}, {})]
    assert [answer.status_code for answer in answers] == [401, 200, 429]


class Hands:
    """A clock that a test sets."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def test_a_window_moves_with_every_hit():
    clock, rate = Hands(), Rate(amount=2, seconds=60)
    windows = SlidingWindowLimiter(clock)
    results = []
    for clock.now in (1000.0, 1030.0, 1059.9, 1060.0, 1061.0, 1090.0):
        count = windows.hit(rate, "mails", "a")
        results.append((count.allowed, count.remaining, round(count.resets_in_seconds)))
    assert results == [(True, 1, 60), (True, 0, 30), (False, 0, 0), (True, 0, 30), (False, 0, 29), (True, 0, 30)]
    assert windows.hit(rate, "mails", "b").allowed and windows.hit(rate, "calls", "a").allowed


def test_a_rate_of_none_allows_none():
    count = SlidingWindowLimiter(Hands()).hit(Rate(amount=0, seconds=60), "mails", "a")
    assert (count.allowed, count.remaining, count.resets_in_seconds) == (False, 0, 60)


def test_a_subject_without_hits_in_its_window_is_removed():
    clock = Hands()
    windows = SlidingWindowLimiter(clock)
    for number in range(1000):
        windows.hit(Rate(amount=30, seconds=3600), "mails", str(number))
    clock.now += 3599
    windows.hit(Rate(amount=30, seconds=3600), "mails", "0")
    assert len(windows) == 1000
    clock.now += 60
    windows.hit(Rate(amount=30, seconds=3600), "mails", "late")
    assert len(windows) == 2


def test_inventing_addresses_does_not_fill_the_memory(monkeypatch):
    monkeypatch.setattr(rate_limits, "_MOST_WINDOWS", 10)
    windows = SlidingWindowLimiter(Hands())
    for number in range(100):
        assert windows.hit(Rate(amount=2, seconds=60), "calls", str(number)).allowed
    assert len(windows) == 10
