"""The requests to the feedback service: for the survey of an event, and for the tickets of its attendees."""

from datetime import UTC
from typing import TypeVar
from uuid import UUID, uuid5

from pydantic import BaseModel

from services.events.events.models import Event
from services.kernel.background.upstream import UpstreamUnavailable, call_upstream
from services.kernel.runtime import Runtime

from .terms import SURVEY_OPEN_FOR, SURVEY_TEMPLATE, TICKETS_PER_BATCH

Reply = TypeVar("Reply", bound=BaseModel)


class SurveyOver(UpstreamUnavailable):
    """The event's survey is closed for good."""


class _Survey(BaseModel):
    id: UUID
    state: str


class _Surveys(BaseModel):
    items: list[_Survey]


class _Tickets(BaseModel):
    tickets: list[str]


class Feedback:
    """Sends requests to the feedback service with the token of this service."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime, self._base = runtime, f"{runtime.settings.feedback_url}/v1"

    async def open_survey(self, event: Event) -> UUID:
        """Return the event's survey, after creating it where there is none.

        Raises: UpstreamUnavailable (also while the survey is a draft or the event is not known there), SurveyOver.
        """
        surveys = await self._request(_Surveys, "GET", f"surveys?event_id={event.id}")
        survey = surveys.items[0] if surveys.items else await self._create_survey(event)
        if survey.state == "closed":
            raise SurveyOver("survey-closed")
        if survey.state != "open":
            raise UpstreamUnavailable(f"survey-{survey.state}")
        return survey.id

    async def _create_survey(self, event: Event) -> _Survey:
        closes_at = (event.ends_at + SURVEY_OPEN_FOR).astimezone(UTC)
        body = {
            "template": SURVEY_TEMPLATE,
            "event": {"event_id": str(event.id)},
            "closes_at": closes_at.isoformat(),
        }
        return await self._request(_Survey, "POST", "surveys", body)

    async def tickets(self, event: Event, survey_id: UUID, count: int, *, rounds: int) -> list[str]:
        """Make `count` new tickets. Feedback counts the persons of one round once, however often it is repeated.

        Raises UpstreamUnavailable.
        """
        tickets: list[str] = []
        for number, start in enumerate(range(0, count, TICKETS_PER_BATCH)):
            batch_id = uuid5(event.id, f"{rounds}.{number}")
            body = {"survey_id": str(survey_id), "count": min(TICKETS_PER_BATCH, count - start)}
            tickets += (await self._request(_Tickets, "PUT", f"tickets/batches/{batch_id}", body)).tickets
        if len(set(tickets)) != count:
            raise UpstreamUnavailable("wrong-number-of-tickets")
        return tickets

    async def _request(self, reply: type[Reply], method: str, path: str, body: object = None) -> Reply:
        return await call_upstream(self._runtime, reply, method, f"{self._base}/{path}", body=body)
