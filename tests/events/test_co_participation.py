"""Pairs of organisations whose people came to the same events."""

from tests.events.test_kind_events_organisations import attend, keha
from tests.factories import (
    ADMIN,
    COORDINATION,
    COORDINATOR,
    COORDINATOR_ELSEWHERE,
    FUNDER,
    PAST,
    SERVICE,
    a_known_organisation,
    an_event,
)


async def test_pairs_of_organisations_that_met_are_disclosed_from_five_people_each(client):
    first, second = await keha(client), await a_known_organisation(client("events", SERVICE), "Virasto")
    one = await an_event(client("events", ADMIN), starts_at=PAST)
    await attend(client, one, *["KEHA"] * 3, *["Virasto"] * 5, "Tuntematon")
    asked = {"coordination": str(COORDINATION), "period": "2026S1"}

    async def pairs(who):
        answer = await client("events", who).get("/v1/co-participation", **asked)
        assert answer.status_code == 200, answer.text
        return [({row["organisation"]["id"], row["other"]["id"]}, row["events"]) for row in answer.json()["items"]]

    assert (await pairs(COORDINATOR), await pairs(FUNDER)) == ([({first, second}, 1)], [])
    await attend(client, await an_event(client("events", ADMIN), starts_at=PAST), *["KEHA"] * 2, "Virasto")
    assert await pairs(COORDINATOR) == await pairs(FUNDER) == [({first, second}, 2)]
    assert (await client("events", COORDINATOR_ELSEWHERE).get("/v1/co-participation", **asked)).status_code == 404
