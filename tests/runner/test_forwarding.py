"""Forwarding: only a trusted proxy names a caller, and of what it names only what it has seen itself."""

from types import SimpleNamespace

import pytest
from typer.testing import CliRunner

from services.cli import app
from services.contracts.services import STORING_SERVICES
from services.installation.keys import keys_in
from services.runner.forwarding import THIS_MACHINE, ForwardedCaller, proxies_in
from services.runner.settings import Addresses, environment_of


async def caller_of(peer, *forwarded, proxies="10.0.0.1, 10.1.0.0/16, fd00::/8", proto=None):
    """Return the address and the scheme that the application sees."""
    seen = []

    async def application(scope, receive, send):
        seen.append((scope["client"] and scope["client"][0], scope["scheme"]))

    headers = [(b"x-forwarded-for", value.encode()) for value in forwarded]
    headers += [(b"x-forwarded-proto", proto.encode())] if proto else []
    scope = {"type": "http", "client": (peer, 1) if peer else None, "scheme": "http", "headers": headers}
    await ForwardedCaller(application, proxies_in(proxies))(scope, None, None)
    return seen[0]


@pytest.mark.parametrize(
    ("peer", "forwarded", "address"),
    [
        ("10.0.0.1", ["192.0.2.7"], "192.0.2.7"),
        ("10.1.2.3", ["192.0.2.7"], "192.0.2.7"),
        ("::ffff:10.0.0.1", ["192.0.2.7"], "192.0.2.7"),
        # What the caller writes stands before what the proxies add.
        ("10.0.0.1", ["1.1.1.1, 192.0.2.7"], "192.0.2.7"),
        ("10.0.0.1", ["1.1.1.1", "192.0.2.7, 10.1.0.9"], "192.0.2.7"),
        ("10.0.0.1", ["1.1.1.1, 10.0.0.1, 192.0.2.7"], "192.0.2.7"),
        # Another peer names no caller.
        ("192.0.2.8", ["192.0.2.7"], "192.0.2.8"),
        ("10.0.0.2", ["192.0.2.7"], "10.0.0.2"),
        # Forms of addresses.
        ("10.0.0.1", ["192.0.2.7:5000"], "192.0.2.7"),
        ("10.0.0.1", ["2001:db8::1"], "2001:db8::1"),
        ("10.0.0.1", ["[2001:db8::1]:5000"], "2001:db8::1"),
        ("fd12::1%eth0", ["::ffff:192.0.2.7"], "192.0.2.7"),
        # A caller within the trusted networks.
        ("10.0.0.1", ["10.1.0.9"], "10.1.0.9"),
        # No address.
        ("10.0.0.1", [], "10.0.0.1"),
        ("10.0.0.1", ["", " , "], "10.0.0.1"),
        ("10.0.0.1", ["unknown"], "10.0.0.1"),
        ("10.0.0.1", ["192.0.2.7, unknown"], "10.0.0.1"),
        (None, ["192.0.2.7"], None),
    ],
)
async def test_the_last_address_that_is_no_proxy_is_the_caller(peer, forwarded, address):
    assert (await caller_of(peer, *forwarded))[0] == address


async def test_with_all_proxies_trusted_only_the_last_address_counts():
    assert (await caller_of("192.0.2.9", "1.1.1.1, 192.0.2.7", proxies="*"))[0] == "192.0.2.7"
    assert (await caller_of("192.0.2.9", proxies="*"))[0] == "192.0.2.9"
    assert (await caller_of("10.0.0.1", "192.0.2.7", proxies=""))[0] == "10.0.0.1"


async def test_only_a_trusted_proxy_names_the_scheme():
    assert (await caller_of("10.0.0.1", proto="https"))[1] == "https"
    assert (await caller_of("10.0.0.1", proto="javascript"))[1] == "http"
    assert (await caller_of("192.0.2.7", proto="https"))[1] == "http"


@pytest.mark.parametrize("command", [["up"], ["serve", "events"]])
@pytest.mark.parametrize("text", ["10.0.0.300", "nginx", "10.0.0.1/8"])
def test_a_mistyped_proxy_ends_the_start(command, text):
    for words, environment in ((["--trusted-proxies", text], {}), ([], {"VIPU_TRUSTED_PROXIES": text})):
        run = CliRunner().invoke(app, [*command, *words], env=environment)
        assert run.exit_code == 2
        assert "--trusted-proxies" in run.output


def test_behind_its_own_front_a_service_trusts_the_front_whatever_the_operator_trusts(monkeypatch, tmp_path):
    cluster = SimpleNamespace(data_folder=tmp_path, url=lambda *_, **__: "postgresql://x")
    keys = keys_in(tmp_path, STORING_SERVICES)
    monkeypatch.setenv("VIPU_TRUSTED_PROXIES", "10.0.0.5")
    inner = {name: f"http://127.0.0.1:{port}" for port, name in enumerate(("registry", "events", "feedback"), 9001)}
    environment = environment_of(cluster, keys, Addresses("http://vipu.test", inner))
    assert environment["VIPU_TRUSTED_PROXIES"] == THIS_MACHINE
