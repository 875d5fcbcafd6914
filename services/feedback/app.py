"""The feedback service: its packages put together."""

import httpx
from fastapi import FastAPI

from services.feedback.db import Base
from services.feedback.events import service as events
from services.feedback.keys.periodic_tasks import DESTROY_UNKNOWN, MAKE_KEYS
from services.feedback.measures.router import router as measures
from services.feedback.responses import following
from services.feedback.responses.periodic_tasks import CLOSE_DUE, FOLLOW_EVENTS
from services.feedback.responses.router import router as responses
from services.feedback.results import handlers
from services.feedback.results.periodic_tasks import RELEASE_REMAINING
from services.feedback.results.router import router as results
from services.feedback.settings import FeedbackSettings
from services.feedback.summary.router import router as summary
from services.feedback.surveys.router import router as surveys
from services.feedback.surveys.terms import RELEASE_JOB
from services.feedback.tickets.router import router as tickets
from services.feedback.versions.router import router as versions
from services.kernel.background.periodic_tasks import common_periodic_tasks
from services.kernel.runtime import Service, build_runtime
from services.kernel.security import revocations
from services.kernel.security.messages import PrincipalRevoked
from services.kernel.web.app import create_app

SERVICE = Service(
    name="feedback",
    title="Vipu feedback",
    description="Surveys after events, anonymous answers and the results that may be disclosed.",
    routers=[surveys, versions, tickets, responses, results, measures, summary],
    metadata=Base.metadata,
    handlers={RELEASE_JOB: handlers.release_survey},
    periodic_tasks=(
        events.RECONCILE,
        MAKE_KEYS,
        DESTROY_UNKNOWN,
        FOLLOW_EVENTS,
        CLOSE_DUE,
        RELEASE_REMAINING,
        *common_periodic_tasks(),
    ),
    subscribes={
        PrincipalRevoked.kind: revocations.receive,
        "vipu.event.created.v1": following.receive_events,
        "vipu.event.published.v1": following.receive_events,
        "vipu.event.changed.v1": following.receive_events,
        "vipu.event.cancelled.v1": following.receive_events,
        "vipu.event.archived.v1": following.receive_events,
        "vipu.event.deleted.v1": events.remove_events,
    },
)


def build_app(settings: FeedbackSettings, client: httpx.AsyncClient) -> FastAPI:
    """Return the service as an application. The caller closes the client."""
    return create_app(SERVICE, build_runtime(SERVICE.name, settings, client))
