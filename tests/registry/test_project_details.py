"""Projects in detail: times of different precision, corrected states, and values that no schema refuses."""

import asyncio

import pytest

from tests.registry.test_projects import PILOT, admin, coordination, entered

__all__ = ["admin"]


@pytest.mark.parametrize(
    ("first_on", "precision", "first", "last"),
    [
        ("2021-06-15", "day", "2021-06-15", "2021-06-15"),
        ("2021-02-15", "month", "2021-02-01", "2021-02-28"),
        ("2021-05-01", "quarter", "2021-04-01", "2021-06-30"),
        ("2021-10-07", "season", "2021-09-01", "2021-11-30"),
        ("2021-01-31", "season", "2020-12-01", "2021-02-28"),
        ("2023-12-05", "season", "2023-12-01", "2024-02-29"),
        ("2021-11-01", "half", "2021-07-01", "2021-12-31"),
        ("2021-11-01", "year", "2021-01-01", "2021-12-31"),
        ("1900-01-01", "season", "1900-01-01", "1900-02-28"),
        ("2999-12-31", "season", "2999-12-01", "3000-02-28"),
    ],
)
async def test_a_milestone_lasts_as_long_as_it_is_known(admin, first_on, precision, first, last):
    milestone = {"name": {"fi": "Väliraportti"}, "first_on": first_on, "precision": precision}
    project = await entered(admin, milestones=[milestone])
    assert [(m["first_on"], m["last_on"]) for m in project["milestones"]] == [(first, last)]
    assert (await admin.get(f"/v1/projects/{project['slug']}")).json() == project


async def test_the_day_of_the_present_state_is_corrected_in_place(admin):
    address = f"/v1/projects/{(await entered(admin))['slug']}"
    corrected = await admin.patch(address, {"state_since_on": "2021-03-01"}, version=1)
    assert corrected.json()["states"] == [{"state": "running", "since_on": "2021-03-01", "reason": None}]
    ended = await admin.patch(address, {"state": "ended", "reason": "Valmis"}, version=2)
    assert [(s["state"], s["reason"]) for s in ended.json()["states"]] == [("running", None), ("ended", "Valmis")]


@pytest.mark.parametrize(
    "facts",
    [
        {"parties": [{"organisation_id": "0192f0c1-7a52-7cc0-8f3c-0b7c2f4a9d11", "role": "partner",
                      "starts_on": "2021-02-01", "ends_on": "2021-01-01"}]},
        {"identifiers": [{"scheme": "url", "value": "x", "valid_from": "2021-02-01", "valid_to": "2021-01-01"}]},
        {"topics": [{"scheme": "theme", "code": "leadership"}] * 2},
        {"decision_on": "0001-01-01"},
        {"dates": [{"kind": "planned_end", "falls_on": "9999-12-31"}]},
        {"known_on": "2199-01-01"},
        {"known_on": "1500-01-01"},
        {"areas": [{"scheme": "theme", "code": "leadership"}]},
        {"areas": [{"scheme": "kunta", "code": "091", "share": 1.5}]},
        {"name": {"fi": "a\u0000b"}},
        {"name": {}},
        {"edited_fields": ["name"]},
        {"id": "0192f0c1-7a52-7cc0-8f3c-0b7c2f4a9d11"},
        {"version": 7},
    ],
    ids=str,
)  # fmt: skip
async def test_an_impossible_value_is_refused(admin, outbox_kinds, facts):
    assert (await admin.post("/v1/projects", {**PILOT, **facts})).status_code == 422
    assert await outbox_kinds("registry") == []


async def test_relations_are_read_as_known_on_a_day_and_by_kind(admin):
    home = await coordination(admin)
    pilot = await entered(admin, coordinated_by=home["id"], known_on="2021-05-01")
    relations = f"/v1/projects/{pilot['slug']}/relations"

    async def kinds(**filters):
        return [relation["kind"] for relation in (await admin.get(relations, **filters)).json()["items"]]

    assert await kinds() == await kinds(direction="incoming") == await kinds(as_of="2021-05-01") == ["coordinates"]
    assert await kinds(direction="outgoing") == await kinds(kind="continues") == await kinds(as_of="2021-04-30") == []
    then = (await admin.get(f"/v1/projects/{pilot['slug']}", as_of="2021-06-01")).json()
    assert [key["slug"] for key in then["coordinated_by"]] == [home["slug"]]
    early = {"kind": "prepared", "other": home["id"], "starts_on": "2021-02-01", "ends_on": "2021-01-01"}
    assert (await admin.post(relations, early)).status_code == 422


async def test_a_number_is_taken_once_by_two_at_once(admin):
    body = {**PILOT, "identifiers": [{"scheme": "eura2021", "value": "J00001"}]}
    answers = await asyncio.gather(*(admin.post("/v1/projects", body) for _ in range(4)))
    assert sorted(answer.status_code for answer in answers) == [201, 409, 409, 409]


async def test_events_is_sent_a_message_about_a_new_coordination(admin, applications, superuser):
    await coordination(admin)
    await applications.worker("registry").drain()
    waiting = await superuser.fetch("SELECT kind FROM registry.outbox WHERE state <> 'sent'")
    assert waiting == []
    assert await superuser.fetchval("SELECT count(*) FROM events.inbox") == 1
