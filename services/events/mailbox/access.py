"""The rule of who may read the mailbox: every caller on a developer's machine, and no caller elsewhere."""

from services.events.settings import EventsSettings
from services.kernel.web.errors import NotFound


def has_mailbox(settings: EventsSettings) -> bool:
    """Return whether mails are kept for reading."""
    return settings.environment == "development" and settings.mail_transport == "mailbox"


def check_has_mailbox(settings: EventsSettings) -> None:
    """Check that mails are kept for reading. Raises NotFound."""
    if not has_mailbox(settings):
        raise NotFound
