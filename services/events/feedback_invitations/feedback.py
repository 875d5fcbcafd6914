"""The feedback service as the hand-over sees it: a survey of an event, and tickets for its attendees."""

from datetime import UTC
from uuid import UUID, uuid5

from pydantic import BaseModel

from services.events.events.models import Event
from services.kernel.background.upstream import Answer, UpstreamUnavailable, call_upstream
from services.kernel.clock import helsinki_last_day
from services.kernel.runtime import Runtime

from .terms import SURVEY_OPEN_FOR, SURVEY_TEMPLATE, TICKETS_A_BATCH


class SurveyOver(UpstreamUnavailable):
    """The event's survey takes no answers any more, and never will."""


class _Survey(BaseModel):
    id: UUID
    state: str


class _Surveys(BaseModel):
    items: list[_Survey]


class _Tickets(BaseModel):
    tickets: list[str]


class Feedback:
    """Asks the feedback service in our own name."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime, self._base = runtime, f"{runtime.settings.feedback_url}/v1"

    async def open_survey(self, event: Event) -> UUID:
        """Return the event's survey, made if there is none. Raises UpstreamUnavailable (a draft too), SurveyOver."""
        found = await self._ask(_Surveys, "GET", f"surveys?event_id={event.id}")
        survey = found.items[0] if found.items else await self._make_survey(event)
        if survey.state == "closed":
            raise SurveyOver("survey-closed")
        if survey.state != "open":
            raise UpstreamUnavailable(f"survey-{survey.state}")
        return survey.id

    async def _make_survey(self, event: Event) -> _Survey:
        about = {
            "event_id": str(event.id),
            "event_type": event.type,
            "scope": event.scope,
            "coordination_id": str(event.coordination_id),
            "held_on": helsinki_last_day(event.ends_at).isoformat(),
        }
        closes_at = (event.ends_at + SURVEY_OPEN_FOR).astimezone(UTC)
        wanted = {
            "template": SURVEY_TEMPLATE,
            "title": event.title,
            "event": about,
            "closes_at": closes_at.isoformat(),
        }
        return await self._ask(_Survey, "POST", "surveys", wanted)

    async def tickets(self, event: Event, survey_id: UUID, count: int, *, rounds: int) -> list[str]:
        """So many fresh tickets. The people of one round are counted as invited once. Raises UpstreamUnavailable."""
        found: list[str] = []
        for number, start in enumerate(range(0, count, TICKETS_A_BATCH)):
            batch_id = uuid5(event.id, f"{rounds}.{number}")
            wanted = {"survey_id": str(survey_id), "count": min(TICKETS_A_BATCH, count - start)}
            found += (await self._ask(_Tickets, "PUT", f"tickets/batches/{batch_id}", wanted)).tickets
        if len(set(found)) != count:
            raise UpstreamUnavailable("wrong-number-of-tickets")
        return found

    async def _ask(self, answer: type[Answer], method: str, path: str, body: object = None) -> Answer:
        return await call_upstream(self._runtime, answer, method, f"{self._base}/{path}", body=body)
