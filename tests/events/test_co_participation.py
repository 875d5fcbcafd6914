"""Pairs of organisations whose people came to the same events."""

from datetime import timedelta

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

ASKED = {"coordination": str(COORDINATION), "period": "2026S1"}


async def pairs(client, who, **asked):
    """The pairs that the caller is told, each with its number of events."""
    answer = await client("events", who).get("/v1/co-participation", **{**ASKED, **asked})
    assert answer.status_code == 200, answer.text
    return [({row["organisation"]["id"], row["other"]["id"]}, row["events"]) for row in answer.json()["items"]]


async def test_pairs_of_organisations_that_met_are_disclosed_from_five_people_each(client):
    first, second = await keha(client), await a_known_organisation(client("events", SERVICE), "Virasto")
    one = await an_event(client("events", ADMIN), starts_at=PAST)
    await attend(client, one, *["KEHA"] * 3, *["Virasto"] * 5, "Tuntematon")
    assert await pairs(client, COORDINATOR) == [({first, second}, 1)]
    assert await pairs(client, FUNDER) == []
    await attend(client, await an_event(client("events", ADMIN), starts_at=PAST), *["KEHA"] * 5, *["Virasto"] * 6)
    assert await pairs(client, COORDINATOR) == [({first, second}, 2)]
    assert await pairs(client, FUNDER) == [({first, second}, 1)]
    assert (await client("events", COORDINATOR_ELSEWHERE).get("/v1/co-participation", **ASKED)).status_code == 404


async def test_an_organisation_of_one_person_at_each_event_is_told_in_no_range_of_days(client):
    ids = [await a_known_organisation(client("events", SERVICE), f"Virasto {number}") for number in range(3)]
    for day in range(5):
        event = await an_event(client("events", ADMIN), starts_at=PAST + timedelta(days=day))
        await attend(client, event, "Virasto 0", *["Virasto 1"] * 5, *["Virasto 2"] * 5)
    # Five people of the first came in all, so that a pair of the sum would tell that four came on the first four days.
    first_on, last_on = PAST.date(), (PAST + timedelta(days=3)).date()
    for period, events in ((f"{first_on}/{last_on}", 4), ("2026S1", 5)):
        assert len(await pairs(client, COORDINATOR, period=period)) == 3
        assert await pairs(client, FUNDER, period=period) == [({ids[1], ids[2]}, events)]
