"""The events service: its rooms put together."""

import httpx
from fastapi import FastAPI

from services.events.calendar import models as calendar_models  # noqa: F401 - Its table enters the metadata.
from services.events.coordinations import models as coordination_models  # noqa: F401 - Its table enters the metadata.
from services.events.db import Base
from services.events.handover import models as handover_models  # noqa: F401 - Its table enters the metadata.
from services.events.mail.router import router as mailbox
from services.events.mail.sending import SEND_MAILS
from services.events.registrations import models as registration_models  # noqa: F401 - Its table enters the metadata.
from services.events.settings import EventsSettings
from services.kernel.app import create_app
from services.kernel.runtime import Service, build_runtime

SERVICE = Service(
    name="events",
    title="Vipu events",
    description="What happens in the programmes, who signed up and who came.",
    routers=[mailbox],
    metadata=Base.metadata,
    sweeps=[SEND_MAILS],
)


def build_app(settings: EventsSettings, client: httpx.AsyncClient) -> FastAPI:
    """The service as an application. Who made the client closes it."""
    return create_app(SERVICE, build_runtime(SERVICE.name, settings, client))
