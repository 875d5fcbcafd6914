"""The demonstration's feedback was given in the past: its surveys have ended, and the ordinary worker releases them."""

from datetime import UTC, datetime, timedelta
from random import Random

import pytest

from services.demo.answers import LEFT_TO_THE_SERVICE, load_answers
from services.demo.caller import DemoRefusedError
from services.demo.events import HeldEvent
from services.demo.people import invent_people
from services.demo.registrations import register
from services.demo.year import PlannedEvent
from services.feedback.keys.folder import KeyFolder
from services.kernel.clock import utc_now
from tests.factories import ADMIN, PAST, a_draft, an_event, known_event


def held(event_id: str, *, ended_at: datetime, present: int = 20) -> HeldEvent:
    starts_at = ended_at - timedelta(minutes=60)
    plan = PlannedEvent("hankekahvit", "Kahvit", "Kaffe", "Coffee", starts_at, 60, satisfaction=4.2)
    return HeldEvent(event_id, plan, present)


@pytest.fixture
def feedback(applications):
    return applications.runtime("feedback")


async def test_a_survey_of_the_past_was_answered_in_its_window_and_is_released_by_the_worker(
    client, applications, feedback, superuser, survey_keys_folder
):
    staff, now = client("feedback", ADMIN), utc_now()
    ended_at = datetime(2026, 9, 15, 8, 0, tzinfo=UTC)
    young = now - LEFT_TO_THE_SERVICE + timedelta(minutes=1)
    held_events = [held(await known_event(staff), ended_at=at) for at in (ended_at, ended_at, young)]
    await load_answers(feedback, held_events, now)
    surveys = (await staff.get("/v1/surveys")).json()["items"]
    assert [(one["state"], one["opens_at"], one["closes_at"]) for one in surveys] == [
        ("open", "2026-09-15T08:00:00Z", "2026-09-29T08:00:00Z")
    ] * 2
    taken = {
        row["id"] for row in await superuser.fetch("SELECT id FROM feedback.survey_keys WHERE survey_id IS NOT NULL")
    }
    await applications.worker("feedback").drain()
    shown = [(await staff.get(f"/v1/surveys/{one['id']}/results")).json() for one in surveys]
    assert [one["state"] for one in shown] == ["released"] * 2
    assert shown[0]["n"] == shown[1]["n"] > 5  # What is invented for an event is the same each time.
    assert shown[0]["questions"] == shown[1]["questions"]
    assert await superuser.fetchval("SELECT count(*) FROM feedback.answers") == 0
    assert not taken & KeyFolder(survey_keys_folder).key_ids()


async def test_more_surveys_than_keys_are_ready_for_are_made(client, feedback, superuser):
    staff = client("feedback", ADMIN)
    await superuser.execute("DELETE FROM feedback.survey_keys")
    ended_at = utc_now() - timedelta(days=100)
    await load_answers(
        feedback, [held(await known_event(staff), ended_at=ended_at, present=1) for _ in range(3)], utc_now()
    )
    assert await superuser.fetchval("SELECT count(*) FROM feedback.surveys") == 3


async def test_what_is_refused_ends_the_load(client, feedback):
    event = held(await known_event(client("feedback", ADMIN)), ended_at=utc_now() - timedelta(days=100))
    await load_answers(feedback, [event], utc_now())
    with pytest.raises(DemoRefusedError, match="the feedback of Coffee was refused: survey-exists"):
        await load_answers(feedback, [event], utc_now())


@pytest.mark.parametrize("facts", [{}, {"starts_at": PAST}])
async def test_people_register_themselves_for_events_of_the_past_too(applications, client, superuser, facts):
    """The answers of people whom the organiser entered would count towards no threshold."""
    event = await an_event(client("events", ADMIN), capacity=6, waiting_list="auto", **facts)
    await register(applications.runtime("events").database, event["id"], invent_people(Random(1), 8))  # noqa: S311
    rows = await superuser.fetch(
        "SELECT state, origin, entered_by, count(*) FROM events.registrations GROUP BY 1, 2, 3"
    )
    assert sorted(map(tuple, rows)) == [("confirmed", "public", "person", 6), ("waitlisted", "public", "person", 2)]
    mails = await superuser.fetchval("SELECT count(*) FROM events.mails")
    assert mails == (0 if facts else 8)


async def test_a_refused_registration_ends_the_load(applications, client):
    database, people = applications.runtime("events").database, invent_people(Random(1), 2)  # noqa: S311
    event = await an_event(client("events", ADMIN), capacity=1)
    with pytest.raises(DemoRefusedError, match="was refused: event-full"):
        await register(database, event["id"], people)
    draft = await a_draft(client("events", ADMIN))
    with pytest.raises(DemoRefusedError, match="was refused: registration-not-open"):
        await register(database, draft["id"], people)
