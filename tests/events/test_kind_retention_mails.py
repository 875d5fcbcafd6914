"""Mails that are sent or given up keep no name, address or reason, and no row for ever."""

from datetime import timedelta

import pytest

from services.events.mails.retention import KEPT_AFTER_EVENT, RETENTIONS
from services.events.mails.terms import MailKind
from services.kernel.background.retention import apply
from services.kernel.clock import utc_now
from tests.events.mailing import a_registration, an_event, received, states, tell, text_of
from tests.events.test_undelivered import SOON, retried
from tests.factories import COORDINATION, COORDINATOR

KEPT = "SELECT to_address, to_name, reason FROM events.mails"
HOUR = timedelta(hours=1)


async def given_up(applications, superuser, kind, **facts):
    """An event, and the id of a mail to someone without a good address that was given up."""
    event = await an_event(applications, coordination_id=COORDINATION, **{**SOON, **facts})
    person = await a_registration(applications, event, email="nobody", cancel_reason="Kaksi samaa ilmoittautumista")
    await tell(applications, kind, person, event, "canary-secret")
    await superuser.execute("UPDATE events.mails SET reason = 'Kaksi samaa ilmoittautumista'")
    await applications.worker("events").drain()
    row = await superuser.fetchrow("SELECT id::text, state FROM events.mails")
    assert row["state"] == "parked"
    return event, row["id"]


@pytest.mark.parametrize("kind", [MailKind.confirmation, MailKind.cancelled_by_organiser, MailKind.event_changed])
async def test_a_given_up_mail_is_emptied_and_sent_again_with_the_facts_of_the_registration(
    applications, client, superuser, kind
):
    event, mail_id = await given_up(applications, superuser, kind)
    assert tuple(await superuser.fetchrow(KEPT)) == (None, None, None)
    await superuser.execute("UPDATE events.registrations SET email = 'maija@project.example'")
    assert await retried(client("events", COORDINATOR), event, mail_id) == ["queued"]
    await applications.worker("events").drain()
    (mail,) = await received(superuser)
    assert mail["To"].addresses[0].addr_spec == "maija@project.example"
    assert mail["To"].addresses[0].display_name == "Maija Mäkelä"
    has_reason = kind is MailKind.cancelled_by_organiser
    assert ("Kaksi samaa ilmoittautumista" in text_of(mail)) == has_reason
    assert tuple(await superuser.fetchrow(KEPT)) == (None, None, None)


async def test_the_earlier_address_of_a_person_is_kept_until_the_event_is_over(applications, superuser):
    """Without it the calendar entry could not be taken back from there."""
    event, _ = await given_up(applications, superuser, MailKind.address_removed)
    await retain(applications)
    assert tuple(await superuser.fetchrow(KEPT)) == ("nobody", None, None)
    await superuser.execute(
        "UPDATE events.events SET starts_at = now() - interval '2 h', ends_at = now() WHERE id = $1", event.id
    )
    await retain(applications)
    assert tuple(await superuser.fetchrow(KEPT)) == (None, None, None)
    assert [state for state, _, _ in await states(superuser)] == ["parked"]


async def retain(applications):
    for rule in RETENTIONS:
        await apply(applications.runtime("events").database, rule)


@pytest.mark.parametrize(
    ("state", "event_ended", "queued", "status", "is_kept"),
    [
        ("sent", KEPT_AFTER_EVENT + HOUR, KEPT_AFTER_EVENT + HOUR, "scheduled", False),
        ("parked", KEPT_AFTER_EVENT + HOUR, KEPT_AFTER_EVENT + HOUR, "scheduled", False),
        ("sent", KEPT_AFTER_EVENT + HOUR, KEPT_AFTER_EVENT + HOUR, "cancelled", False),
        ("sent", KEPT_AFTER_EVENT - HOUR, KEPT_AFTER_EVENT + HOUR, "scheduled", True),
        ("sent", KEPT_AFTER_EVENT + HOUR, KEPT_AFTER_EVENT - HOUR, "scheduled", True),
        ("queued", KEPT_AFTER_EVENT + HOUR, KEPT_AFTER_EVENT + HOUR, "scheduled", True),
        # A postponed event has no valid end: its people are told of the next one.
        ("sent", KEPT_AFTER_EVENT + HOUR, KEPT_AFTER_EVENT + HOUR, "postponed", True),
    ],
)
async def test_a_mail_is_deleted_some_time_after_its_event(
    applications, superuser, state, event_ended, queued, status, is_kept
):
    ended_at = utc_now() - event_ended
    event = await an_event(applications, starts_at=ended_at - HOUR, ends_at=ended_at, event_status=status)
    await tell(applications, MailKind.confirmation, await a_registration(applications, event), event)
    await superuser.execute("UPDATE events.mails SET state = $1, queued_at = now() - $2::interval", state, queued)
    await superuser.execute("DELETE FROM events.mail_secrets")
    await retain(applications)
    assert await superuser.fetchval("SELECT count(*) FROM events.mails") == is_kept
