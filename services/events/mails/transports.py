"""Transports: the mail server, or the mailbox that developers read in the browser."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Protocol

import aiosmtplib

from services.events.mailbox import service as mailbox
from services.events.settings import EventsSettings
from services.kernel.data.db import Database

from .composing import Message
from .terms import DELIVERY_SECONDS


class Undelivered(Exception):
    """The message was not delivered; `reason` is a code.

    `permanent`: another attempt would fail too. `for_all`: no other message can be delivered now either.
    """

    def __init__(self, reason: str, *, permanent: bool = False, for_all: bool = False) -> None:
        super().__init__(reason)
        self.reason, self.permanent, self.for_all = reason, permanent, for_all


class Transport(Protocol):
    """Delivers messages, one after another."""

    async def deliver(self, message: Message) -> None:
        """Deliver the message. Raises Undelivered."""

    async def close(self) -> None:
        """Close the connections of the transport."""


@asynccontextmanager
async def open_transport(settings: EventsSettings, database: Database) -> AsyncIterator[Transport]:
    """Yield the transport that the settings name, for one run of the periodic task."""
    transport: Transport = Mailbox(database) if settings.mail_transport == "mailbox" else Smtp(settings)
    try:
        yield transport
    finally:
        await transport.close()


class Mailbox:
    """Stores messages in the mailbox, which developers read in the browser."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._has_grown = False

    async def deliver(self, message: Message) -> None:
        """Store the message."""
        self._has_grown = True
        async with self._database.transaction() as session:
            await mailbox.keep(
                session,
                kind=message.kind.value,
                to_address=message.recipient,
                subject=message.subject,
                raw=message.raw,
            )

    async def close(self) -> None:
        """Delete all but the newest messages."""
        if not self._has_grown:
            return
        async with self._database.transaction() as session:
            await mailbox.delete_surplus(session)


class Smtp:
    """One connection to the mail server, opened for the first message and opened anew after it breaks."""

    def __init__(self, settings: EventsSettings) -> None:
        self._settings = settings
        self._connection: aiosmtplib.SMTP | None = None
        # A server that does not answer gets no further message in the same run.
        self._down: str | None = None

    async def deliver(self, message: Message) -> None:
        """Send the message to the server. Raises Undelivered."""
        if self._down:
            raise Undelivered(self._down, for_all=True)
        try:
            async with asyncio.timeout(DELIVERY_SECONDS):
                connection = await self._connected()
                await connection.sendmail(message.sender, [message.recipient], message.raw)
        except (aiosmtplib.SMTPException, OSError, ValueError) as error:
            raise await self._failed(error) from error

    async def close(self) -> None:
        """Close the connection, if the server still answers."""
        connection, self._connection = self._connection, None
        if connection is not None:
            with suppress(aiosmtplib.SMTPException, OSError):
                await connection.quit()

    async def _connected(self) -> aiosmtplib.SMTP:
        if self._connection is None or not self._connection.is_connected:
            settings = self._settings
            connection = aiosmtplib.SMTP(
                hostname=settings.smtp_host,
                port=settings.smtp_port,
                timeout=settings.smtp_timeout_seconds,
                use_tls=settings.smtp_security == "tls",
                start_tls=settings.smtp_security == "starttls",
                username=settings.smtp_user or None,
                password=settings.smtp_password.get_secret_value() or None,
            )
            await connection.connect()
            self._connection = connection
        return self._connection

    async def _failed(self, error: Exception) -> Undelivered:
        match error:
            case aiosmtplib.SMTPRecipientsRefused(recipients=[aiosmtplib.SMTPRecipientRefused(code=code), *_]):
                return Undelivered(f"recipient-{code}", permanent=code >= 500)
            case aiosmtplib.SMTPDataError(code=code):
                return Undelivered(f"data-{code}", permanent=code >= 500)
            case ssl.SSLError():  # Before ValueError, of which an untrusted certificate is one too.
                return await self._disconnected(error)
            case ValueError():
                return Undelivered("address-not-sendable", permanent=True)
            case _:
                return await self._disconnected(error)

    async def _disconnected(self, error: Exception) -> Undelivered:
        """Close the connection and return the failure.

        A server that hangs or refuses gets no further message in this run; after a dropped connection a new one is
        opened.
        """
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()
        reason = _reason(error)
        if not isinstance(error, aiosmtplib.SMTPServerDisconnected):
            self._down = reason
        return Undelivered(reason, for_all=self._down is not None)


def _reason(error: Exception) -> str:
    match error:
        case TimeoutError():
            return "timeout"
        case aiosmtplib.SMTPAuthenticationError(code=code):
            return f"login-{code}"
        case aiosmtplib.SMTPSenderRefused(code=code):
            return f"sender-{code}"
        case aiosmtplib.SMTPResponseException(code=code):
            return f"server-{code}"
        case aiosmtplib.SMTPServerDisconnected():
            return "dropped"
        case _:
            return "certificate" if isinstance(error, ssl.SSLCertVerificationError) else "no-connection"
