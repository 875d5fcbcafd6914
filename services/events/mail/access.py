"""Who may read the mailbox: whoever sits at a developer's machine, and nobody where mails are really sent."""

from typing import Annotated

from fastapi import Depends, Request

from services.events.settings import EventsSettings
from services.kernel.errors import NotFound


def has_mailbox(settings: EventsSettings) -> bool:
    """Whether mails are kept for reading."""
    return settings.environment == "development" and settings.mail_transport == "mailbox"


async def refuse_without_mailbox(request: Request) -> None:
    """Raises NotFound where there is no mailbox."""
    if not has_mailbox(request.app.state.runtime.settings):
        raise NotFound


MailboxOnly = Annotated[None, Depends(refuse_without_mailbox)]
