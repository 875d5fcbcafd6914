"""A machine client that is switched off, in a running installation: every service refuses its token within a minute."""

import time

import httpx
import pytest

from tests.runner.test_running_long import data, running, vipu

__all__ = ["data"]

pytestmark = pytest.mark.slow

SCOPES = ["registry:read", "events:read", "feedback:read", "dashboard:read"]
LIMIT_SECONDS = 60


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def answers(address: str, coordination: str, token: str) -> dict[str, int]:
    """What each of the four services answers to the token."""
    query = {"coordination": coordination, "period": "2026S2"}
    paths = {name: f"/api/{name}/v1/measures" for name in ("registry", "events", "feedback")}
    paths["dashboard"] = f"/api/dashboard/v1/coordinations/{coordination}/summary"
    with httpx.Client(base_url=address, headers=bearer(token), timeout=10) as client:
        return {
            name: client.get(path, params=query if "measures" in path else {}).status_code
            for name, path in paths.items()
        }


def seconds_until_refused(address: str, coordination: str, token: str) -> float:
    began_at = time.monotonic()
    while set(answers(address, coordination, token).values()) != {401}:
        assert time.monotonic() - began_at < LIMIT_SECONDS, answers(address, coordination, token)
        time.sleep(0.5)
    return time.monotonic() - began_at


@pytest.mark.parametrize("shape", [(), ("--split",)], ids=["one process", "split"])
def test_a_client_that_is_switched_off_is_refused_within_a_minute(data, shape):
    with running(data, *shape) as (address, _, _pid):
        admin = bearer(vipu("token", "--role", "admin", "--as", "anna", "--data", str(data)).strip())
        with httpx.Client(base_url=f"{address}/api/registry/v1", headers=admin, timeout=10) as registry:
            leading = {"kind": "coordination", "scope": "national", "state": "running", "name": {"fi": "Hanke"}}
            coordination = registry.post("/projects", json=leading).json()["id"]
            grants = [{"role": "funder", "coordination_id": coordination}]
            made = registry.post("/partners", json={"name": "Kumppani", "scopes": SCOPES, "grants": grants}).json()
            credentials = (made["client_id"], made["client_secret"])
            form = {"grant_type": "client_credentials"}
            token = httpx.post(f"{address}/oauth/token", data=form, auth=credentials).json()["access_token"]
            assert set(answers(address, coordination, token).values()) == {200}
            off = registry.patch(f"/partners/{made['client_id']}", json={"active": False}, headers={"If-Match": '"v1"'})
            assert off.status_code == 200, off.text
            assert (
                registry.get(f"/projects/{coordination}/revisions").json()["items"][0]["author"]
                == "operator:anna:admin"
            )
        assert seconds_until_refused(address, coordination, token) < LIMIT_SECONDS
