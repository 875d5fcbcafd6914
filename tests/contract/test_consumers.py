"""Consumers are tolerant: the services that read a value accept every value that its service may send."""

from typing import Any, Literal

import pytest
from pydantic import BaseModel, ValidationError

from services.contracts.measures import MeasureState
from services.contracts.vocabulary import EventScope, EventType
from services.events.coordinations.schemas import AnnouncedProject
from services.events.events.messages import EventChanged, EventFact
from services.events.feedback_invitations import feedback
from services.feedback.events.schemas import AnnouncedEvent
from services.gateway.upstreams.responses import MeasureResponse
from services.kernel.lists.pages import Page
from services.registry.projects.messages import ProjectChanged, ProjectCreated
from tests.contract.samples import samples
from tests.contract.test_documents import READ_BY_THE_GATEWAY, document

READ_OVER_HTTP = [
    *((service, "get", path, "200", model) for service, path, model in READ_BY_THE_GATEWAY),
    ("registry", "get", "/v1/projects", "200", Page[AnnouncedProject]),
    ("events", "get", "/v1/events", "200", Page[AnnouncedEvent]),
    ("feedback", "get", "/v1/surveys", "200", feedback._Surveys),  # noqa: SLF001 - What events reads of it.
    ("feedback", "post", "/v1/surveys", "201", feedback._Survey),  # noqa: SLF001
    ("feedback", "post", "/v1/tickets/batches", "200", feedback._Batch),  # noqa: SLF001
]


@pytest.mark.parametrize(("service", "method", "path", "status", "model"), READ_OVER_HTTP)
def test_every_value_that_an_answer_may_have_is_read(service, method, path, status, model):
    answer = document(service)["paths"][path][method]["responses"][status]["content"]["application/json"]["schema"]
    assert read(model, answer, document(service)["components"]["schemas"]) > 1


@pytest.mark.parametrize("message", [ProjectCreated, ProjectChanged])
def test_every_value_that_a_message_may_have_is_read(message):
    schema = message.model_json_schema()
    assert read(AnnouncedProject, schema, schema["$defs"]) > 1


@pytest.mark.parametrize("kind", ["created", "published", "changed", "cancelled", "archived"])
def test_feedback_reads_every_event_that_events_may_announce(kind):
    [message] = [fact for fact in EventFact.__subclasses__() if fact.kind == f"vipu.event.{kind}.v1"]
    schema = message.model_json_schema()
    assert read(AnnouncedEvent, schema, schema["$defs"]) > len(EventType) + len(EventScope)


@pytest.mark.parametrize("values", [{"type": "paddling_day"}, {"scope": "nordic"}, {"event_status": "dreamt"}])
def test_feedback_reads_codes_and_fields_that_it_does_not_know(values):
    read_event = AnnouncedEvent.model_validate({**announced_event(), **values, "weather": "fair"})
    assert values.items() <= read_event.model_dump().items()


@pytest.mark.parametrize("code", ["", "x" * 65, "two words", "new\nline", "nul\x00"])
@pytest.mark.parametrize("field", ["type", "scope", "event_status", "publication_status"])
def test_feedback_refuses_a_malformed_code(field, code):
    with pytest.raises(ValidationError):
        AnnouncedEvent.model_validate({**announced_event(), field: code})


def test_a_measure_in_an_unknown_state_is_unavailable():
    facts = dict.fromkeys(MeasureResponse.model_fields, None)
    facts |= {"key": "coffee", "state": "estimated", "unit": "kpl", "definition_version": 1}
    facts |= {"parts": [], "extra": [], "lists": [], "missing": []}
    assert MeasureResponse.model_validate(facts).state is MeasureState.unavailable
    for broken in (None, 1, ["value"]):
        with pytest.raises(ValidationError):
            MeasureResponse.model_validate({**facts, "state": broken})


def test_a_reader_that_knows_fewer_codes_would_be_found():
    """The negative control."""

    class Narrow(BaseModel):
        project_kind: Literal["coordination"]

    schema = ProjectCreated.model_json_schema()
    with pytest.raises(ValidationError):
        read(Narrow, schema, schema["$defs"])


def read(model: type[BaseModel], schema: dict[str, Any], schemas: dict[str, Any]) -> int:
    """Return the number of values of the schema; the model reads all of them."""
    return sum(1 for value in samples(schema, schemas) if model.model_validate(value))


def announced_event() -> dict[str, Any]:
    schema = EventChanged.model_json_schema()
    return next(samples(schema, schema["$defs"]))
