"""The events service: its packages put together."""

from collections.abc import Mapping

import httpx
from fastapi import FastAPI
from sqlalchemy.ext.asyncio import AsyncSession

from services.events.attendance.router import router as attendance
from services.events.calendars.router import router as calendars
from services.events.co_participation.router import router as co_participation
from services.events.coordinations import service as coordinations
from services.events.db import Base
from services.events.event_changes.service import SEND_NEWS
from services.events.events.router import feeds as event_feeds
from services.events.events.router import router as events
from services.events.feedback_invitations.counts import TELL_INVITED
from services.events.feedback_invitations.service import INVITE_FOR_FEEDBACK
from services.events.mailbox.router import router as mailbox
from services.events.mails.retention import RETENTIONS as MAIL_RETENTIONS
from services.events.mails.router import router as mails
from services.events.mails.secrets import REWRITE_SECRETS
from services.events.mails.sending import SEND_MAILS
from services.events.measures.router import router as measures
from services.events.organisation_spellings.router import router as organisation_spellings
from services.events.organisations import service as organisations
from services.events.outcomes.router import router as outcomes
from services.events.registrations.notifications import NOTIFY_REGISTERED, do_notify_registered
from services.events.registrations.recounting import RECOUNT
from services.events.registrations.router import of_event as event_registrations
from services.events.registrations.router import router as registrations
from services.events.settings import EventsSettings
from services.events.summary.router import router as summary
from services.kernel.background.copies import Messages
from services.kernel.background.periodic_tasks import common_periodic_tasks
from services.kernel.runtime import Runtime, Service, build_runtime
from services.kernel.security import revocations
from services.kernel.security.messages import PrincipalRevoked
from services.kernel.web.app import create_app


def subscribers(runtime: Runtime) -> Mapping[str, tuple[str, ...]]:
    """Return the kinds of messages by the address of the service that receives them: feedback copies events."""
    commands = ("created", "published", "changed", "cancelled", "archived", "deleted")
    return {runtime.settings.feedback_url: tuple(f"vipu.event.{command}.v1" for command in commands)}


async def receive_projects(session: AsyncSession, messages: Messages) -> None:
    """Keep the copies of projects that the registry announces: of leading ones, and of their implementers."""
    await coordinations.receive_projects(session, messages)
    await organisations.receive_projects(session, messages)


async def remove_projects(session: AsyncSession, messages: Messages) -> None:
    """Mark the copies of projects as removed."""
    await coordinations.remove_projects(session, messages)
    await organisations.remove_projects(session, messages)


SERVICE = Service(
    name="events",
    title="Vipu events",
    description="The events of the programmes, the registrations to them and the attendance.",
    routers=[
        events,
        event_feeds,
        event_registrations,
        registrations,
        attendance,
        outcomes,
        mails,
        mailbox,
        calendars,
        organisation_spellings,
        co_participation,
        measures,
        summary,
    ],
    metadata=Base.metadata,
    handlers={NOTIFY_REGISTERED: do_notify_registered},
    periodic_tasks=[
        # The relay first: invitations for feedback need an event that the feedback service knows.
        *common_periodic_tasks(subscribers, retentions=MAIL_RETENTIONS),
        INVITE_FOR_FEEDBACK,
        TELL_INVITED,
        SEND_NEWS,
        SEND_MAILS,
        REWRITE_SECRETS,
        coordinations.RECONCILE,
        organisations.RECONCILE,
        RECOUNT,
    ],
    subscribes={
        PrincipalRevoked.kind: revocations.receive,
        "vipu.project.created.v1": receive_projects,
        "vipu.project.changed.v1": receive_projects,
        "vipu.project.removed.v1": remove_projects,
        "vipu.organisation.created.v1": organisations.receive_organisations,
        "vipu.organisation.changed.v1": organisations.receive_organisations,
        "vipu.organisation.removed.v1": organisations.remove_organisations,
        "vipu.spelling.decided.v1": organisations.receive_spellings,
        "vipu.spelling.withdrawn.v1": organisations.withdraw_spellings,
    },
)


def build_app(settings: EventsSettings, client: httpx.AsyncClient) -> FastAPI:
    """Return the service as an application. The caller closes the client."""
    return create_app(SERVICE, build_runtime(SERVICE.name, settings, client))
