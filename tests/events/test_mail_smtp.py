"""The mail server refuses, stalls, hangs and drops: every mail arrives at least once or is parked with the reason."""

import asyncio
import logging
import ssl
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
import pytest_asyncio
from aiosmtpd.smtp import SMTP, Envelope, Session
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.events.mails import sending
from services.events.mails.models import Mail
from services.events.mails.terms import MAX_ATTEMPTS, MailKind
from tests.events.mailing import a_registration, an_event, calendar_bytes, make_due, parsed, received, states, tell


class Postbox:
    """A mail server on loopback that answers as it is told."""

    def __init__(self) -> None:
        self.answers: dict[str, list[str]] = {"RCPT": [], "DATA": []}
        self.taken: list[bytes] = []
        self.calls = 0
        self.port = 0
        self.drops_after_taking = 0

    async def handle_RCPT(self, *told: Any) -> str:  # noqa: N802 - aiosmtpd names its hooks so.
        _, _, envelope, address, _ = told
        if self.answers["RCPT"]:
            return self.answers["RCPT"].pop(0)
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, _: Session, envelope: Envelope) -> str:  # noqa: N802 - As above.
        if self.answers["DATA"]:
            return self.answers["DATA"].pop(0)
        self.taken.append(envelope.original_content)
        if self.drops_after_taking:
            self.drops_after_taking -= 1
            server.transport.abort()
        return "250 OK"


@pytest_asyncio.fixture
async def postbox() -> AsyncIterator[Postbox]:
    handler = Postbox()

    def answer() -> SMTP:
        handler.calls += 1
        return SMTP(handler, hostname="mail.test", enable_SMTPUTF8=True)

    server = await asyncio.get_running_loop().create_server(answer, "127.0.0.1", 0)
    handler.port = server.sockets[0].getsockname()[1]
    yield handler
    server.close()


@pytest.fixture
def smtp_port(request: pytest.FixtureRequest) -> int:
    """Where the server under test listens."""
    return request.getfixturevalue("postbox").port


@pytest.fixture
def all_settings(all_settings, smtp_port: int):
    smtp = {"mail_transport": "smtp", "smtp_host": "127.0.0.1", "smtp_port": smtp_port}
    told = {**smtp, "smtp_security": "none", "smtp_timeout_seconds": 0.3, "mail_from": "vipu@house.example"}
    return {**all_settings, "events": all_settings["events"].model_copy(update=told)}


@pytest.fixture
def told(applications) -> Callable[..., object]:
    """`await told(3)`: three persons are to be told."""

    async def tell_some(count: int = 1) -> None:
        event = await an_event(applications)
        for _ in range(count):
            await tell(
                applications, MailKind.confirmation, await a_registration(applications, event), event, "canary-secret"
            )

    return tell_some


async def test_mails_go_over_the_wire_one_reader_each(applications, superuser, postbox, told):
    await told(3)
    await applications.worker("events").drain()
    assert len({parsed(raw)["To"] for raw in postbox.taken}) == 3
    assert all(parsed(raw)["From"].addresses[0].addr_spec == "vipu@house.example" for raw in postbox.taken)
    assert max(len(line) for raw in postbox.taken for line in raw.split(b"\r\n")) <= 998
    assert postbox.calls == 1
    assert {state for state, _, _ in await states(superuser)} == {"sent"}
    assert await received(superuser) == []
    left = await superuser.fetchval("SELECT string_agg(to_jsonb(m)::text, '') FROM events.mails m")
    assert "canary-secret" not in left


@pytest.mark.parametrize(
    ("command", "answer", "reason"),
    [
        ("RCPT", "451 try later", "recipient-451"),
        ("DATA", "451 try later", "data-451"),
        ("DATA", "452 full", "data-452"),
    ],
)
async def test_a_mail_put_off_by_the_server_goes_later_and_once(
    applications, superuser, postbox, told, command, answer, reason
):
    await told()
    postbox.answers[command].append(answer)
    await applications.worker("events").drain()
    assert await states(superuser) == [("queued", 1, reason)]
    await applications.worker("events").drain()
    assert postbox.taken == []  # It waits its two seconds.
    await make_due(superuser)
    await applications.worker("events").drain()
    await applications.worker("events").drain()
    assert await states(superuser) == [("sent", 2, None)]
    assert len(postbox.taken) == 1


@pytest.mark.parametrize(
    ("command", "answer", "reason"),
    [("RCPT", "550 no such user", "recipient-550"), ("DATA", "554 spam", "data-554")],
)
async def test_a_mail_refused_for_good_is_parked_and_holds_up_nobody(
    applications, superuser, postbox, told, command, answer, reason
):
    await told(2)
    postbox.answers[command].append(answer)
    await applications.worker("events").drain()
    assert await states(superuser) == [("parked", 1, reason), ("sent", 1, None)]
    assert await superuser.fetchval("SELECT count(*) FROM events.mail_secrets") == 0


async def test_a_mail_taken_before_the_line_dropped_comes_again_under_the_same_id(
    applications, superuser, postbox, told
):
    await told()
    postbox.drops_after_taking = 1
    await applications.worker("events").drain()
    assert await states(superuser) == [("queued", 1, "dropped")]
    await make_due(superuser)
    await applications.worker("events").drain()
    assert await states(superuser) == [("sent", 2, None)]
    first, second = (parsed(raw) for raw in postbox.taken)
    assert first["Message-ID"] == second["Message-ID"]
    assert calendar_bytes(first) == calendar_bytes(second)


async def test_a_mail_that_never_gets_through_is_parked_with_the_reason(applications, superuser, postbox, told):
    await told()
    await superuser.execute("UPDATE events.mails SET attempts = $1", MAX_ATTEMPTS - 1)
    postbox.answers["DATA"].append("451 try later")
    await applications.worker("events").drain()
    assert await states(superuser) == [("parked", MAX_ATTEMPTS, "data-451")]
    await applications.worker("events").drain()
    assert postbox.taken == []


async def test_a_worker_that_died_while_sending_is_followed_by_another(applications, superuser, postbox, told):
    await told()
    await superuser.execute(
        "UPDATE events.mails SET state = 'sending', attempts = 1, due_at = clock_timestamp() + interval '1 minute'"
    )
    await applications.worker("events").drain()
    assert postbox.taken == []  # The lease of the other worker still holds.
    await make_due(superuser)
    await applications.worker("events").drain()
    assert await states(superuser) == [("sent", 2, None)]


async def test_two_workers_send_each_mail_once(applications, superuser, postbox, told):
    await told(12)
    await asyncio.gather(*(applications.worker("events").drain() for _ in range(3)))
    assert len(postbox.taken) == len({parsed(raw)["Message-ID"] for raw in postbox.taken}) == 12


async def test_without_the_lease_two_workers_send_mails_twice(applications, postbox, told, monkeypatch):
    """The negative control of the test above."""

    async def look_only(session: AsyncSession) -> dict[UUID, int]:
        waiting = select(Mail.id).where(Mail.state == "queued").limit(5)
        return dict.fromkeys(await session.scalars(waiting), 1)

    monkeypatch.setattr(sending, "_lease", look_only)
    await told(12)
    await asyncio.gather(*(applications.worker("events").drain() for _ in range(3)))
    assert len(postbox.taken) > 12


class TestNobodyListens:
    @pytest.fixture
    def smtp_port(self) -> int:
        return 1

    async def test_a_refused_connection_is_tried_once_a_sweep(self, applications, superuser, told):
        await told(3)
        await applications.worker("events").drain()
        assert await states(superuser) == [("queued", 1, "no-connection")] * 3


class SilentServer:
    """Takes calls and never says a word."""

    def __init__(self) -> None:
        self.calls = 0
        self.port = 0

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.calls += 1
        await reader.read()
        writer.close()


class TestTheServerHangs:
    @pytest_asyncio.fixture
    async def postbox(self) -> AsyncIterator[SilentServer]:
        silent = SilentServer()
        server = await asyncio.start_server(silent.answer, "127.0.0.1", 0)
        silent.port = server.sockets[0].getsockname()[1]
        yield silent
        server.close()

    async def test_a_hanging_server_is_given_up_and_asked_again_later(self, applications, superuser, postbox, told):
        await told(3)
        await asyncio.wait_for(applications.worker("events").drain(), 5)
        assert await states(superuser) == [("queued", 1, "timeout")] * 3
        assert postbox.calls == 1


def self_signed(folder: Path) -> ssl.SSLContext:
    """A server's certificate that nobody has reason to believe."""
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    made = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key()).serial_number(1)
    valid = made.not_valid_before(now - timedelta(days=1)).not_valid_after(now + timedelta(days=1))
    (folder / "certificate").write_bytes(valid.sign(key, hashes.SHA256()).public_bytes(Encoding.PEM))
    plain = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    (folder / "key").write_bytes(plain)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "certificate", folder / "key")
    return context


class TestTheCertificateIsNotBelieved:
    @pytest_asyncio.fixture
    async def postbox(self, tmp_path: Path) -> AsyncIterator[Postbox]:
        handler, context = Postbox(), self_signed(tmp_path)
        logging.getLogger("mail.log").setLevel(logging.CRITICAL)  # The server's own trace of the broken talk.
        server = await asyncio.get_running_loop().create_server(
            lambda: SMTP(handler, hostname="mail.test", tls_context=context), "127.0.0.1", 0
        )
        handler.port = server.sockets[0].getsockname()[1]
        yield handler
        server.close()

    @pytest.fixture
    def all_settings(self, all_settings):
        told = {"smtp_security": "starttls", "smtp_timeout_seconds": 5}
        return {**all_settings, "events": all_settings["events"].model_copy(update=told)}

    async def test_every_mail_waits_with_its_link(self, applications, superuser, postbox, told):
        await told(3)
        await applications.worker("events").drain()
        assert await states(superuser) == [("queued", 1, "certificate")] * 3
        assert await superuser.fetchval("SELECT count(*) FROM events.mail_secrets") == 3
        assert postbox.taken == []
