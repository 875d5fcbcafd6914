"""Who may read the mailbox: whoever sits at a developer's machine, and nobody where mails are really sent."""

from services.events.settings import EventsSettings
from services.kernel.web.errors import NotFound


def has_mailbox(settings: EventsSettings) -> bool:
    """Return whether mails are kept for reading."""
    return settings.environment == "development" and settings.mail_transport == "mailbox"


def check_has_mailbox(settings: EventsSettings) -> None:
    """Raises NotFound where there is no mailbox."""
    if not has_mailbox(settings):
        raise NotFound
