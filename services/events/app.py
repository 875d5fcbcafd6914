"""The events service: its rooms put together."""

import httpx
from fastapi import FastAPI

from services.events.attendance.router import router as attendance
from services.events.calendars.router import router as feeds
from services.events.coordinations import service as coordinations
from services.events.db import Base
from services.events.event_changes.router import router as changes
from services.events.events.router import router as calendar
from services.events.feedback_invitations.service import INVITE_FOR_FEEDBACK
from services.events.mails.router import router as mailbox
from services.events.mails.sending import SEND_MAILS
from services.events.measures.router import router as measures
from services.events.registrations.notifications import TELL_REGISTERED, do_tell_registered
from services.events.registrations.router import of_event as event_registrations
from services.events.registrations.router import router as registrations
from services.events.settings import EventsSettings
from services.events.undelivered.router import router as undelivered
from services.kernel.background.periodic_tasks import common_periodic_tasks
from services.kernel.runtime import Service, build_runtime
from services.kernel.web.app import create_app

SERVICE = Service(
    name="events",
    title="Vipu events",
    description="What happens in the programmes, who signed up and who came.",
    routers=[calendar, changes, event_registrations, registrations, attendance, measures, feeds, undelivered, mailbox],
    metadata=Base.metadata,
    handlers={TELL_REGISTERED: do_tell_registered},
    periodic_tasks=[INVITE_FOR_FEEDBACK, SEND_MAILS, coordinations.RECONCILE, *common_periodic_tasks()],
    subscribes={
        "vipu.project.created.v1": coordinations.receive_project,
        "vipu.project.changed.v1": coordinations.receive_project,
    },
)


def build_app(settings: EventsSettings, client: httpx.AsyncClient) -> FastAPI:
    """Return the service as an application. Who made the client closes it."""
    return create_app(SERVICE, build_runtime(SERVICE.name, settings, client))
