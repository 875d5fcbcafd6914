"""From the mail to the release: neither a ticket nor who answered is left in the files of the database."""

from hashlib import sha256
from uuid import UUID

import pytest

from tests.events.mailing import received, text_of
from tests.events.test_feedback_invitations import LINK, a_held_event
from tests.factories import SERVICE, close, respond
from tests.feedback.attackers import LOG
from tests.feedback.heap_files import RelationFile, log_position, read_files, read_log, sightings, traces
from tests.feedback.joining import DEALS, Numbers, judge_who

# Others' rows would be in the files.
pytestmark = pytest.mark.own_database

# Mails that are kept for the demonstration; the transport of a real installation keeps none.
MAILBOX = "events.mailbox_messages"
EVENTS, ATTENDED, ANSWERED = 8, 12, 7
PEOPLE = "SELECT id, email FROM events.registrations WHERE attendance = 'attended' ORDER BY id"


class Attendee:
    """Someone who was asked for feedback, as the attacker knows them from the mail and the list of attendees."""

    def __init__(self, survey_id: str, ticket: str, address: str, registration_id: UUID) -> None:
        self.survey_id, self.ticket, self.address, self.registration_id = survey_id, ticket, address, registration_id


async def attendees(superuser) -> list[Attendee]:
    """Return everybody who got a mail."""
    ids = {row["email"]: row["id"] for row in await superuser.fetch(PEOPLE)}
    found = []
    for mail in await received(superuser):
        link, address = LINK.search(text_of(mail)), mail["To"].addresses[0].addr_spec
        found.append(Attendee(link[1], link[2], address, ids[address]))
    return found


@pytest.mark.slow
async def test_after_the_release_nothing_tells_who_answered(applications, client, superuser):
    since = await log_position(superuser)
    for _ in range(EVENTS):
        await a_held_event(applications, attended=ATTENDED)
    await applications.worker("events").drain()
    people = await attendees(superuser)
    assert len(people) == EVENTS * ATTENDED
    by_survey: dict[str, list[Attendee]] = {}
    for person in people:
        by_survey.setdefault(person.survey_id, []).append(person)
    for survey_id, invited in by_survey.items():
        invited.sort(key=lambda person: person.ticket)  # By lot.
        for person in invited[:ANSWERED]:
            assert (await respond(client("feedback"), survey_id, person.ticket)).status_code == 201
    tickets = [person.ticket.encode() for person in people]
    before = {**await read_files(superuser), LOG: RelationFile(await read_log(superuser, since=since))}
    assert where(before, tickets) <= {LOG, MAILBOX}
    assert await tables_with(superuser, tickets) <= {MAILBOX}
    for survey_id in by_survey:
        await close(client("feedback", SERVICE), survey_id)
    await applications.worker("feedback").drain()
    await applications.worker("events").drain()
    after = await read_files(superuser)
    hashes = [sha256(ticket).digest() for ticket in tickets]
    assert set(hashes) <= {one.marker for one in sightings(before["feedback.tickets"], hashes)}
    assert where(after, tickets + hashes) <= {MAILBOX}
    verdict = judge_who([clues_of(invited, after) for invited in by_survey.values()])
    assert verdict.probability >= 1 / DEALS, verdict


def where(files: dict[str, RelationFile], markers: list[bytes]) -> set[str]:
    """Return the names of the files in which one of the markers stands."""
    return {name for name, file in files.items() if any(sightings(file, markers))}


def clues_of(invited: list[Attendee], files: dict[str, RelationFile]) -> tuple[dict[str, Numbers], range]:
    """Return all clues to the people of one survey, and those of them who answered."""
    markers = {person.address.encode(): number for number, person in enumerate(invited)}
    markers |= {person.registration_id.bytes: number for number, person in enumerate(invited)}
    return traces(files, markers), range(ANSWERED)


async def tables_with(superuser, markers: list[bytes]) -> set[str]:
    """Return the tables in whose rows a marker stands, also where the files hold it compressed."""
    tables = await superuser.fetch("SELECT format('%I.%I', schemaname, tablename) AS name FROM pg_tables")
    found = set()
    for name in {row["name"] for row in tables if row["name"].partition(".")[0] in ("events", "feedback")}:
        rows = "\n".join(row[0] for row in await superuser.fetch(f"SELECT t::text FROM {name} t"))
        if any(marker.decode() in rows or marker.hex() in rows for marker in markers):
            found.add(name)
    return found


def test_negative_control_a_row_for_each_answer_tells_who_answered():
    rows = {f"count of {name}": {person: float(person < ANSWERED) for person in range(ATTENDED)} for name in "ab"}
    verdict = judge_who([(rows, range(ANSWERED))] * EVENTS)
    assert verdict.hits == verdict.people and verdict.probability < 1 / DEALS
