"""How many were invited is how many came: what of that is told beyond the staff, events decides alone."""

from tests.factories import COORDINATION, COORDINATOR, FUNDER, SERVICE, a_survey, tickets_of

ASKED = {"coordination": str(COORDINATION), "period": "2026S2"}


async def test_how_many_were_invited_is_told_to_the_staff_alone(client):
    survey_id = await a_survey(client("feedback", SERVICE))
    await tickets_of(client("feedback", SERVICE), survey_id, 20)
    for who, expected in ((FUNDER, None), (COORDINATOR, 20)):
        caller = client("feedback", who)
        assert (await caller.get("/v1/summary", **ASKED)).json()["invited"] == expected
        assert (await caller.get(f"/v1/surveys/{survey_id}/results")).json()["invited"] == expected
        assert "invited" not in (await caller.get("/v1/surveys")).text
