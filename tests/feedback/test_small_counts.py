"""The number of invited people is that of the attendees, which only the events service discloses beyond the staff."""

from tests.factories import COORDINATION, COORDINATOR, FUNDER, SERVICE, a_survey, tickets_of

ASKED = {"coordination": str(COORDINATION), "period": "2026S2"}


async def test_how_many_were_invited_is_shown_to_the_staff_alone(client):
    survey_id = await a_survey(client("feedback", SERVICE))
    await tickets_of(client("feedback", SERVICE), survey_id, 20)
    for grant, expected in ((FUNDER, None), (COORDINATOR, 20)):
        caller = client("feedback", grant)
        assert (await caller.get("/v1/summary", **ASKED)).json()["invited"] == expected
        assert (await caller.get(f"/v1/surveys/{survey_id}/results")).json()["invited"] == expected
        assert "invited" not in (await caller.get("/v1/surveys")).text
