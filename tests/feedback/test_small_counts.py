"""Small counts: how many were invited is how many came, so a funder is told it from five on."""

import pytest

from tests.feedback.asked import COORDINATOR, FUNDER, HERE, SERVICE, a_survey, tickets_of

ASKED = {"coordination": str(HERE), "period": "2026S2"}


@pytest.mark.parametrize(("count", "told"), [(4, None), (5, 5)])
async def test_few_invited_are_told_to_the_staff_alone(asking, count, told):
    survey_id = await a_survey(asking("feedback", SERVICE))
    await tickets_of(asking("feedback", SERVICE), survey_id, count)
    for who, expected in ((FUNDER, told), (COORDINATOR, count)):
        caller = asking("feedback", who)
        assert (await caller.get("/v1/summary", **ASKED)).json()["invited"] == expected
        assert (await caller.get(f"/v1/surveys/{survey_id}/results")).json()["invited"] == expected
        assert "invited" not in (await caller.get("/v1/surveys")).text
