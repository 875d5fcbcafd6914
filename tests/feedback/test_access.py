"""Access to surveys: who sees and changes them, and when they take answers."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import select

from services.contracts.roles import Grant, Role
from services.feedback.surveys import access
from services.feedback.surveys.models import Survey
from services.kernel.security.auth import ANONYMOUS, Principal
from tests.factories import COORDINATION, COORDINATOR, COORDINATOR_ELSEWHERE, FUNDER, a_survey

EVERYWHERE = Grant(Role.coordinator)
HOUR = timedelta(hours=1)
SET = "UPDATE feedback.surveys SET state = $1, opens_at = $2, closes_at = $3"


def principal(grant):
    return Principal("subject", grants=(grant,))


@pytest.mark.parametrize(
    ("grant", "changes", "sees"),
    [
        (EVERYWHERE, True, True),
        (Grant(Role.admin), True, True),
        (COORDINATOR, True, True),
        (COORDINATOR_ELSEWHERE, False, False),
        (FUNDER, False, True),
        (Grant(Role.funder), False, True),
        (Grant(Role.partner), False, False),
    ],
)
async def test_a_survey_is_changed_by_the_staff_and_seen_by_readers_of_its_figures(
    client, applications, grant, changes, sees
):
    survey = UUID(await a_survey(client("feedback", COORDINATOR)))
    assert access.may_change(principal(grant), COORDINATION) is changes
    async with applications.runtime("feedback").database.transaction() as session:
        assert (
            list(await session.scalars(select(Survey.id).where(access.visible_to(principal(grant))))) == [survey] * sees
        )


@pytest.mark.parametrize(
    ("state", "opens_in", "closes_in", "takes", "lasts"),
    [
        ("open", -HOUR, HOUR, True, True),
        ("open", HOUR, 2 * HOUR, False, True),
        ("open", -2 * HOUR, -HOUR, False, False),
        ("draft", -HOUR, HOUR, False, False),
        ("draft", HOUR, 2 * HOUR, False, False),
    ],
)
async def test_an_open_survey_takes_answers_in_its_window(
    client, applications, superuser, state, opens_in, closes_in, takes, lasts
):
    await a_survey(client("feedback", COORDINATOR))
    now = datetime.now(UTC)
    await superuser.execute(SET, state, now + opens_in, now + closes_in)
    async with applications.runtime("feedback").database.transaction() as session:
        rules = (access.takes_answers(), access.has_not_ended(), access.readable_by(ANONYMOUS))
        told = (await session.execute(select(*rules).select_from(Survey))).one()
    assert tuple(told) == (takes, lasts, takes)
