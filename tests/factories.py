"""What tests start from, made through the service layer in one transaction: no HTTP but for what a test is about.

Who makes it is the first argument, a client of the service: the transaction is that of its application, and its
token's principal is asked for its rights as in a request.
"""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import asyncpg
import httpx
from sqlalchemy import func, update
from sqlalchemy.ext.asyncio import AsyncSession

from services.contracts.roles import Grant, Role
from services.events.events import queries as calendar_queries
from services.events.events import service as calendar
from services.events.events.schemas import EventCreate
from services.events.organisations import service as organisation_copies
from services.events.registrations import service as registrations
from services.events.registrations.recipient_limit import RecipientRateLimit
from services.events.registrations.schemas import RegistrationCreate
from services.feedback.events import service as known_events
from services.feedback.events.models import Event as KnownEvent
from services.feedback.responses import service as answers
from services.feedback.responses.schemas import ResponseCreate
from services.feedback.responses.terms import Receipt
from services.feedback.surveys import service as surveys
from services.feedback.surveys.models import Survey
from services.feedback.surveys.schemas import SurveyCreate
from services.feedback.surveys.terms import SurveyId
from services.feedback.tickets import service as tickets
from services.feedback.tickets.schemas import BatchCreate
from services.feedback.tickets.terms import read_ticket
from services.kernel.security.auth import Principal
from services.kernel.web.rate_limits import SlidingWindowLimiter
from services.registry.organisations import service as organisations
from services.registry.organisations.schemas import OrganisationCreate
from services.registry.projects import queries as project_queries
from services.registry.projects import service as projects
from services.registry.projects.schemas import ProjectCreate
from tests.client import ApiClient
from tests.coordinations import COORDINATION, ELSEWHERE

ADMIN = Grant(Role.admin)
SERVICE = Grant(Role.service)
COORDINATOR = Grant(Role.coordinator, coordination_id=COORDINATION)
COORDINATOR_ELSEWHERE = Grant(Role.coordinator, coordination_id=ELSEWHERE)
FUNDER = Grant(Role.funder, coordination_id=COORDINATION)

# Past and future of every test run: no test looks at the clock.
PAST = datetime(2026, 3, 11, 7, 0, tzinfo=UTC)
FUTURE = datetime(2099, 3, 11, 7, 0, tzinfo=UTC)
FULL = {"overall": 4, "usefulness": 5, "clarity": 4, "arrangements": 3, "recommend": 9, "practice": "Kokeilemme."}

JsonObject = dict[str, object]


@asynccontextmanager
async def transaction_of(client: ApiClient) -> AsyncIterator[tuple[AsyncSession, Principal]]:
    """Open a transaction of the client's service, with the principal of its token."""
    async with client.runtime.database.transaction() as session:
        yield session, await client.principal()


def event_body(**facts: object) -> JsonObject:
    """The body of a coffee in the far future, unless the facts say otherwise."""
    starts_at = facts.pop("starts_at", FUTURE)
    assert isinstance(starts_at, datetime)
    ends_at = facts.pop("ends_at", starts_at + timedelta(hours=1))
    assert isinstance(ends_at, datetime)
    areas = [{"scheme": "maakunta", "code": "06"}] if facts.get("type") == "major_region_event" else []
    return {
        "coordination_id": str(COORDINATION),
        "type": "hankekahvit",
        "title": {"fi": "Hankekahvit"},
        "areas": areas,
        "starts_at": starts_at.isoformat(),
        "ends_at": ends_at.isoformat(),
        **facts,
    }


async def a_draft(staff: ApiClient, **facts: object) -> JsonObject:
    """Enter an event that only its staff sees."""
    return await _enter_event(staff, facts, published=False)


async def an_event(staff: ApiClient, **facts: object) -> JsonObject:
    """Enter an event and publish it."""
    return await _enter_event(staff, facts, published=True)


async def a_cancelled_event(staff: ApiClient, superuser: asyncpg.Connection, **facts: object) -> JsonObject:
    """Enter an event with a registration, cancel it in time, and let its day pass. Its seats are free again."""
    starts_at = facts.pop("starts_at", PAST)
    assert isinstance(starts_at, datetime)
    event = await an_event(staff, **facts)
    await a_registration(staff, event)
    address = f"/v1/events/{event['id']}"
    cancelled = await staff.post(f"{address}/cancel", {"reason": {"fi": "Peruttu"}})
    assert cancelled.status_code == 200, cancelled.text
    moved = "UPDATE events.events SET starts_at = $2, ends_at = $3 WHERE id = $1"
    await superuser.execute(moved, event["id"], starts_at, starts_at + timedelta(hours=1))
    answer: JsonObject = (await staff.get(address)).json()
    return answer


async def _enter_event(staff: ApiClient, facts: dict[str, object], *, published: bool) -> JsonObject:
    async with transaction_of(staff) as (session, principal):
        event = await calendar.create_event(session, principal, EventCreate.model_validate(event_body(**facts)))
        if published:
            await calendar.publish_event(session, principal, str(event.id))
        detail = await calendar_queries.read(session, principal, str(event.id))
        return detail.model_dump(mode="json")


async def a_known_organisation(events: ApiClient, name: str | Mapping[str, str], **facts: object) -> str:
    """Announce an organisation to the events service, as the registry does; its id. A name alone is Finnish."""
    names = {"fi": name} if isinstance(name, str) else name
    body = {"organisation_id": str(uuid4()), "organisation_kind": "company", "name": names, "version": 1}
    async with transaction_of(events) as (session, _):
        await organisation_copies.receive_organisations(session, [{**body, **facts}])
    return str({**body, **facts}["organisation_id"])


async def known_organisations(events: ApiClient) -> None:
    """Announce the organisations that the invented people come from."""
    for number in range(3):
        await a_known_organisation(events, f"Yritys {number} Oy")


def person(number: int = 1, **facts: object) -> JsonObject:
    """The body of a registration by an invented person."""
    return {
        "name": f"Henkilö {number}",
        "email": f"henkilo{number}@yritys.example",
        "organisation": f"Yritys {number % 3} Oy",
        "privacy_accepted": True,
        **facts,
    }


async def registrations_of(staff: ApiClient, event: JsonObject, people: int) -> list[str]:
    """Register the first so many invented people in one transaction; the ids, in their order."""
    limit = RecipientRateLimit(SlidingWindowLimiter())
    ids = []
    async with transaction_of(staff) as (session, principal):
        for number in range(people):
            body = RegistrationCreate.model_validate(person(number))
            ref = str(event["id"])
            ids.append((await registrations.register(session, principal, ref, body, recipient_limit=limit)).id)
    return [str(one) for one in ids]


async def a_registration(staff: ApiClient, event: JsonObject) -> str:
    """Register one invented person; the id."""
    [made] = await registrations_of(staff, event, 1)
    return made


def soon(**more: float) -> str:
    """An instant in a week, or as much later as the arguments say."""
    return (datetime.now(UTC) + timedelta(**(more or {"days": 7}))).isoformat()


async def known_event(service: ApiClient, **event: object) -> str:
    """Let feedback know a webinar held in the autumn of 2026, unless the facts say otherwise; its id."""
    async with service.runtime.database.transaction() as session:
        return await _known_event(session, event)


async def _known_event(session: AsyncSession, event: Mapping[str, object]) -> str:
    if "event_id" in event and await session.get(KnownEvent, UUID(str(event["event_id"]))):
        return str(event["event_id"])
    facts = {
        "event_id": str(uuid4()),
        "event_type": "webinar",
        "scope": "national",
        "coordination_id": str(COORDINATION),
        "held_on": "2026-09-15",
        "title": {"fi": "Webinaari"},
        "event_status": "scheduled",
        "publication_status": "published",
        "version": 2,
        **dict.fromkeys(("areas", "themes", "call_ids"), ()),
        **event,
    }
    days = {"first_on": facts["held_on"], "last_on": facts["held_on"]}
    await known_events.receive_events(session, [{**facts, **days, "type": facts["event_type"]}])
    # As if it had been announced after every listing: the events service does not have it.
    later = func.clock_timestamp() + timedelta(days=1)
    made_up = KnownEvent.id == UUID(str(facts["event_id"]))
    await session.execute(update(KnownEvent).where(made_up).values(copied_at=later))
    return str(facts["event_id"])


def survey_body(event_id: str) -> JsonObject:
    """The body of a survey about an event."""
    title = {"fi": "Palaute webinaarista", "sv": "Respons på webbinariet"}
    return {"template": "event_core", "title": title, "event": {"event_id": event_id}, "closes_at": soon()}


async def a_survey_body(service: ApiClient, **event: object) -> JsonObject:
    """The body of a survey about an event that feedback has just got to know."""
    return survey_body(await known_event(service, **event))


async def a_survey(service: ApiClient, **event: object) -> str:
    """Open a survey; its id."""
    async with transaction_of(service) as (session, principal):
        return str(await _open_survey(session, principal, event))


async def _open_survey(session: AsyncSession, principal: Principal, event: Mapping[str, object]) -> SurveyId:
    body = survey_body(await _known_event(session, event))
    made = await surveys.create_survey(session, principal, SurveyCreate.model_validate(body))
    return SurveyId(made.id)


async def tickets_of(service: ApiClient, survey_id: str, count: int) -> list[str]:
    """Issue fresh tickets of a survey to people who registered themselves, and count so many people as invited."""
    async with transaction_of(service) as (session, principal):
        return await _issue(session, principal, UUID(survey_id), count)


async def organiser_tickets_of(service: ApiClient, survey_id: str, count: int) -> list[str]:
    """Issue fresh tickets of a survey to people whom the organiser entered."""
    async with transaction_of(service) as (session, principal):
        body = BatchCreate.model_validate({"survey_id": survey_id, "count": 0, "by_organiser": count})
        return (await tickets.issue(session, principal, body)).by_organiser


async def _issue(session: AsyncSession, principal: Principal, survey_id: UUID, count: int) -> list[str]:
    body = BatchCreate.model_validate({"survey_id": survey_id, "count": count})
    invited = update(Survey).where(Survey.id == survey_id)
    await session.execute(invited.values(invited_count=Survey.invited_count + count))
    return (await tickets.issue(session, principal, body)).tickets


def response_body(**given: object) -> JsonObject:
    """The body of a whole answer in Finnish."""
    return {"version": 1, "language": "fi", "complete": True, "answers": {**FULL, **given}}


async def respond(
    nobody: ApiClient, survey_id: str, ticket: str, *, body: object = None, **given: object
) -> httpx.Response:
    """Answer a survey over HTTP."""
    address = f"/v1/surveys/{survey_id}/responses"
    return await nobody.post(address, body or response_body(**given), headers={"X-Ticket": ticket})


async def answered(
    service: ApiClient, _nobody: ApiClient, given: Sequence[Mapping[str, object]], **event: object
) -> str:
    """Open a survey and store these answers; its id."""
    async with transaction_of(service) as (session, principal):
        survey_id = await _open_survey(session, principal, event)
        issued = await _issue(session, principal, survey_id, max(len(given), 1))
    for text, one in zip(issued, given, strict=False):
        body, ticket = ResponseCreate.model_validate(response_body(**one)), read_ticket(text)
        assert ticket is not None
        receipt = await answers.respond(service.runtime.database, survey_id, body, ticket=ticket)
        assert receipt == Receipt.received
    return str(survey_id)


async def close(service: ApiClient, survey_id: str) -> None:
    """Close a survey now, as at its own end."""
    async with transaction_of(service) as (session, _):
        await surveys.close_survey(session, SurveyId(UUID(survey_id)))


async def released(
    applications: object, service: ApiClient, nobody: ApiClient, given: Sequence[Mapping[str, object]], **event: object
) -> str:
    """Make a closed survey with these answers and its release; its id."""
    survey_id = await answered(service, nobody, given, **event)
    await close(service, survey_id)
    await applications.worker("feedback").drain()  # type: ignore[attr-defined]
    return survey_id


async def until_somebody_waits(superuser: asyncpg.Connection) -> None:
    """Return once a transaction of this database waits for a lock."""
    waiting = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
    async with asyncio.timeout(5):
        while not await superuser.fetchval(waiting):
            await superuser.execute("SELECT pg_stat_clear_snapshot()")  # Else a transaction sees its first look only.


async def a_project(staff: ApiClient, **facts: object) -> JsonObject:
    """Enter a regional pilot that runs, unless the facts say otherwise."""
    async with transaction_of(staff) as (session, principal):
        made = await projects.create_project(session, principal, _project_body(facts))
        detail = await project_queries.read(session, principal, str(made))
        return detail.model_dump(mode="json")


async def many_projects(staff: ApiClient, described: Sequence[Mapping[str, object]]) -> None:
    """Enter projects in one transaction."""
    async with transaction_of(staff) as (session, principal):
        for facts in described:
            await projects.create_project(session, principal, _project_body(facts))


def _project_body(facts: Mapping[str, object]) -> ProjectCreate:
    body = {"kind": "pilot", "scope": "regional", "state": "running", "name": {"fi": "Kokeilu"}, **facts}
    return ProjectCreate.model_validate(body)


async def an_organisation(staff: ApiClient, **facts: object) -> str:
    """Enter an agency, unless the facts say otherwise; its id."""
    body = {"kind": "agency", "name": {"fi": "Virasto"}, **facts}
    async with transaction_of(staff) as (session, principal):
        made = await organisations.create_organisation(session, principal, OrganisationCreate.model_validate(body))
        return str(made.id)
