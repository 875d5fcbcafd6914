"""Settings of the events service."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Annotated, Literal

from pydantic import Field, SecretStr, StringConstraints

from services.kernel.settings import DevelopmentDefault, OnlyInDevelopment, ServiceSettings, is_this_machine

Mailbox = Annotated[str, StringConstraints(pattern=r"^[!-?A-~]{1,64}@[A-Za-z0-9.-]{1,255}$")]


class EventsSettings(ServiceSettings):
    """`VIPU_EVENTS_DATABASE_URL`, `VIPU_MAIL_…`, `VIPU_SMTP_…` and the settings of all services."""

    database_url: SecretStr = Field(validation_alias="VIPU_EVENTS_DATABASE_URL")

    # `mailbox` sends nothing: it stores the mails, and a developer reads them in the browser.
    mail_transport: Literal["smtp", "mailbox"] = "smtp"
    mail_from: Annotated[Mailbox, OnlyInDevelopment()] = "vipu@localhost"
    mail_from_name: str = Field(default="Vipu", max_length=100, pattern=r"^[^\x00-\x1f\x7f]+$")
    # The organiser that calendar programs send answers to: an address of this installation. Default: `mail_from`.
    organizer_email: Mailbox | None = None

    smtp_host: DevelopmentDefault = "localhost"
    smtp_port: int = Field(default=587, ge=1, le=65535)
    smtp_security: Literal["none", "starttls", "tls"] = "starttls"
    smtp_user: str = ""
    smtp_password: SecretStr = SecretStr("")
    # For each answer of the mail server.
    smtp_timeout_seconds: float = Field(default=10, gt=0, le=60)

    # Attendees are invited to give feedback when the attendance was last marked so long ago.
    feedback_after_minutes: int = Field(default=10, ge=0, le=24 * 60)

    # The changes of an event within this time are one mail to the registered persons.
    news_after_minutes: int = Field(default=5, ge=0, le=24 * 60)

    # The answer to a public request about a person leaves at a multiple of this, and so does not disclose by its time
    # whether they are registered.
    answer_step_ms: int = Field(default=50, ge=0, le=2_000)

    @property
    def news_after(self) -> timedelta:
        """The time between the first change of an event and the mail about it."""
        return timedelta(minutes=self.news_after_minutes)

    @property
    def organizer_address(self) -> str:
        """The address that calendar invitations come from."""
        return self.organizer_email or self.mail_from

    def refused_in_production(self) -> Iterator[str]:
        """Yield a sentence for each setting that production does not start with. It names the variable."""
        yield from super().refused_in_production()
        if self.mail_transport == "mailbox":
            yield "VIPU_MAIL_TRANSPORT must be smtp outside development: the mailbox sends no mail"
        for name in ("mail_from", "organizer_email"):
            address = getattr(self, name)
            is_default = address == type(self).model_fields[name].default
            if not is_default and is_this_machine(address.rpartition("@")[2]):
                yield f"VIPU_{name.upper()} must be an address that other machines can answer to"
