"""An invariant is judged on the change, not on the state: here of projects, as of events elsewhere."""

import pytest

from tests.factories import ADMIN, a_project

INTERRUPTED = {"state": "interrupted", "state_since_on": "2020-03-16", "reason": "Poikkeusolot"}


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"state": "interrupted", "state_since_on": "2020-04-01"}, 200),
        ({"state": "interrupted", "name": {"sv": "Försöket"}}, 200),
        ({"state": "cancelled", "name": {"sv": "Försöket"}}, 422),
        ({"state": "cancelled", "reason": "Rahoitus päättyi"}, 200),
    ],
    ids=["its-first-day", "sent-back-with-a-name", "another-state", "another-state-with-its-reason"],
)
async def test_the_present_state_needs_no_second_reason(client, change, status):
    admin = client("registry", ADMIN)
    project = await a_project(admin)
    address = f"/v1/projects/{project['slug']}"
    interrupted = await admin.patch(address, INTERRUPTED, version=1)
    assert interrupted.status_code == 200, interrupted.text
    answer = await admin.patch(address, change, version=interrupted.json()["version"])
    assert (answer.status_code, answer.json().get("code")) == (status, None if status == 200 else "reason-missing")
    if status == 200:
        last = answer.json()["states"][-1]
        assert (last["reason"], last["state"]) == (change.get("reason", INTERRUPTED["reason"]), change["state"])
