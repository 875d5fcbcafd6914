"""The requests to the feedback service: for the survey of an event, for tickets, and with the number of the invited."""

from dataclasses import dataclass
from datetime import UTC
from typing import Final, TypeVar
from uuid import UUID

from pydantic import BaseModel

from services.events.events.models import Event
from services.kernel.background.upstream import UpstreamUnavailable, call_upstream
from services.kernel.runtime import Runtime

from .terms import SURVEY_OPEN_FOR, SURVEY_TEMPLATE, TICKETS_PER_BATCH, InvitedCounts

Reply = TypeVar("Reply", bound=BaseModel)

_CLOSED: Final = "closed"


class SurveyOver(UpstreamUnavailable):
    """The event's survey is closed for good."""


class _Subject(BaseModel):
    event_id: UUID
    coordination_id: UUID


class _Survey(BaseModel):
    id: UUID
    state: str
    template: str
    event: _Subject

    def is_of(self, event: Event) -> bool:
        """Return whether it is the survey about the event that its own coordination makes."""
        subject = (self.event.event_id, self.event.coordination_id)
        return self.template == SURVEY_TEMPLATE and subject == (event.id, event.coordination_id)


class _Surveys(BaseModel):
    items: list[_Survey]


class _Counts(BaseModel):
    people: int
    undeliverable: int


class _Batch(BaseModel):
    tickets: list[str]
    by_organiser: list[str]


@dataclass(frozen=True, slots=True)
class Tickets:
    """The tickets of persons who registered themselves, and of those entered by the organiser."""

    of_persons: list[str]
    of_entered: list[str]


class Feedback:
    """Sends requests to the feedback service with the token of this service."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime, self._base = runtime, f"{runtime.settings.feedback_url}/v1"

    async def open_survey(self, event: Event) -> UUID:
        """Return the survey of the event by its coordination, after creating it where there is none.

        No other survey will do: its questions would be asked in the coordination's name.
        Raises: UpstreamUnavailable (also while the survey is a draft or the event is not known there), SurveyOver.
        """
        query = f"event_id={event.id}&coordination={event.coordination_id}"
        surveys = await self._request(_Surveys, "GET", f"surveys?{query}")
        own = next((survey for survey in surveys.items if survey.is_of(event)), None)
        survey = own or await self._create_survey(event)
        if not survey.is_of(event):
            raise UpstreamUnavailable("survey-of-another-coordination")
        if survey.state == _CLOSED:
            raise SurveyOver("survey-closed")
        if survey.state != "open":
            raise UpstreamUnavailable(f"survey-{survey.state}")
        return survey.id

    async def _create_survey(self, event: Event) -> _Survey:
        closes_at = (event.ends_at + SURVEY_OPEN_FOR).astimezone(UTC)
        body = {
            "template": SURVEY_TEMPLATE,
            "event": {"event_id": str(event.id), "coordination_id": str(event.coordination_id)},
            "closes_at": closes_at.isoformat(),
        }
        return await self._request(_Survey, "POST", "surveys", body)

    async def tickets(self, survey_id: UUID, *, of_persons: int, of_entered: int) -> Tickets:
        """Make so many new tickets of each sort. Raises UpstreamUnavailable."""
        tickets = Tickets([], [])
        while (persons := of_persons - len(tickets.of_persons)) + (entered := of_entered - len(tickets.of_entered)):
            count = min(persons, TICKETS_PER_BATCH)
            by_organiser = min(entered, TICKETS_PER_BATCH - count)
            batch = await self._batch(survey_id, count=count, by_organiser=by_organiser)
            tickets.of_persons.extend(batch.tickets)
            tickets.of_entered.extend(batch.by_organiser)
        if len({*tickets.of_persons, *tickets.of_entered}) != of_persons + of_entered:
            raise UpstreamUnavailable("wrong-number-of-tickets")
        return tickets

    async def _batch(self, survey_id: UUID, *, count: int, by_organiser: int) -> _Batch:
        body = {"survey_id": str(survey_id), "count": count, "by_organiser": by_organiser}
        batch = await self._request(_Batch, "POST", "tickets/batches", body)
        if (len(batch.tickets), len(batch.by_organiser)) != (count, by_organiser):
            raise UpstreamUnavailable("wrong-number-of-tickets")
        return batch

    async def tell_invited(self, survey_id: UUID, counts: InvitedCounts) -> None:
        """Tell how many persons were invited, and how many of them no mail reaches. Raises UpstreamUnavailable."""
        body = {"people": counts.people, "undeliverable": counts.undeliverable}
        await self._request(_Counts, "PUT", f"surveys/{survey_id}/invited", body)

    async def _request(self, reply: type[Reply], method: str, path: str, body: object = None) -> Reply:
        return await call_upstream(self._runtime, reply, method, f"{self._base}/{path}", body=body)
