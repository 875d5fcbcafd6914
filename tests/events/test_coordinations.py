"""The copies of the projects that lead: told, or looked up where the telling was missed."""

import pytest

from services.contracts.roles import Grant, Role
from services.events.coordinations.service import reconcile_coordinations
from services.kernel.background.upstream import UpstreamUnavailable
from tests.factories import ADMIN, a_draft, a_project, event_body, many_projects

COPIES = "SELECT slug, version FROM events.coordinations ORDER BY slug"


@pytest.fixture(autouse=True)
async def none_known(applications, superuser):
    """These tests begin without the coordinations that the others know."""
    await superuser.execute("DELETE FROM events.coordinations")


async def entered(client, slug, **facts):
    return await a_project(client("registry", ADMIN), **described(slug, **facts))


def described(slug, **facts):
    return {"kind": "experiment", "scope": "national", "slug": slug, "name": {"fi": slug}, **facts}


async def copies(superuser):
    return [tuple(row) for row in await superuser.fetch(COPIES)]


async def test_projects_that_lead_are_told_and_others_are_not(client, applications, superuser):
    for slug, kind in (("ohjelma", "programme"), ("kokeilut", "experiment"), ("pilotti", "pilot")):
        await entered(client, slug, kind=kind)
    await applications.worker("registry").drain()
    assert await copies(superuser) == [("kokeilut", 1), ("ohjelma", 1)]


@pytest.mark.slow
async def test_what_was_told_before_anybody_listened_is_looked_up(client, applications, superuser):
    kept = await entered(client, "kokeilut")
    # As an older version told of them, which knew coordination projects only: relayed, heard, and forgotten.
    await superuser.execute("UPDATE registry.outbox SET state = 'sent', data = data - 'leads'")
    programmes = [described(f"ohjelma-{number}", kind="programme") for number in range(101)]
    await many_projects(client("registry", ADMIN), programmes)
    await entered(client, "hanke", kind="regional", scope="regional")
    await superuser.execute("UPDATE registry.outbox SET state = 'sent'")
    body = {**event_body(), "coordination_id": kept["id"]}
    assert (await client("events", ADMIN).post("/v1/events", body)).json()["code"] == "not-known-yet"
    await reconcile_coordinations(applications.runtime("events"))
    event = await client("events", ADMIN).post("/v1/events", body)
    found = await copies(superuser)
    assert (len(found), found[0]) == (102, ("kokeilut", 1))
    listed = (await client("events", ADMIN).get("/v1/events", coordination="kokeilut")).json()["items"]
    assert [item["id"] for item in listed] == [event.json()["id"]]


async def test_a_registry_that_was_restored_is_followed_and_a_silent_one_changes_nothing(
    client, applications, superuser
):
    await entered(client, "kokeilut")
    await superuser.execute("UPDATE registry.outbox SET state = 'sent'")
    await reconcile_coordinations(applications.runtime("events"))
    await superuser.execute("UPDATE events.coordinations SET version = 9, slug = 'kadonnut'")
    await reconcile_coordinations(applications.runtime("events"))
    assert await copies(superuser) == [("kokeilut", 1)]
    await superuser.execute("UPDATE events.coordinations SET version = 9, slug = 'kadonnut'")
    applications.client._transport.remove("registry.vipu")  # noqa: SLF001 - The registry is away.
    with pytest.raises(UpstreamUnavailable):
        await reconcile_coordinations(applications.runtime("events"))
    await applications.worker("events").drain()
    assert await copies(superuser) == [("kadonnut", 9)]


@pytest.mark.parametrize("told", [True, False])
async def test_a_project_that_no_longer_leads_is_marked_and_its_events_keep_its_name(
    client, applications, superuser, told
):
    kept = await entered(client, "kokeilut")
    await applications.worker("registry").drain()
    event = await a_draft(client("events", ADMIN), coordination_id=kept["id"])
    assert event["organiser"]["slug"] == "kokeilut"
    await client("registry", ADMIN).patch(f"/v1/projects/{kept['id']}", {"scope": "regional"}, version=1)
    if told:
        await applications.worker("registry").drain()
    else:
        await reconcile_coordinations(applications.runtime("events"))
    assert await superuser.fetchval("SELECT removed FROM events.coordinations") is True
    [listed] = (await client("events", ADMIN).get("/v1/events", coordination="kokeilut")).json()["items"]
    read = await client("events", ADMIN).get(f"/v1/events/{listed['id']}")
    assert read.json()["organiser"] == event["organiser"]


async def test_a_message_of_before_leading_was_told_is_taken_and_waits_for_the_list(client, superuser):
    message = {
        "specversion": "1.0",
        "id": "0192f0c1-7a52-7cc0-8f3c-0b7c2f4a9e77",
        "source": "/api/registry",
        "type": "vipu.project.changed.v1",
        "subject": "0192f0c1-7a52-7cc0-8f3c-0b7c2f4a9d11",
        "time": "2026-11-01T00:00:00Z",
        "datacontenttype": "application/json",
        "data": {
            "project_id": "0192f0c1-7a52-7cc0-8f3c-0b7c2f4a9d11",
            "project_kind": "coordination",
            "slug": "vanha",
            "name": {"fi": "Vanha"},
            "version": 1,
        },
    }
    answer = await client("events", Grant(Role.service)).post("/v1/messages", {"messages": [message]})
    assert answer.status_code == 202, answer.text
    assert await copies(superuser) == []
