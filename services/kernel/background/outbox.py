"""The outbox: a fact is announced in the transaction that made it true, and relayed at least once."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Final, TypedDict
from uuid import UUID

import httpx
import structlog
from pydantic import ValidationError
from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.engine import RowMapping
from sqlalchemy.ext.asyncio import AsyncSession

from services.contracts.words import Phrase
from services.kernel.background import leased
from services.kernel.background.leased import LeasedQueue, LeasedState
from services.kernel.background.messages import MAX_MESSAGES, Announcement, CloudEvent, CloudEvents
from services.kernel.data.db import Database
from services.kernel.data.ids import new_id
from services.kernel.data.rows import columns_of, insert_all
from services.kernel.data.tables import inbox, outbox
from services.kernel.security.auth import TokenSource
from services.kernel.security.messages import PrincipalRevoked
from services.kernel.web.errors import Invalid, Unavailable, UnknownMessage

log = structlog.get_logger()

RELAY_BATCH = MAX_MESSAGES
# A message waits 2, 4, 8 … seconds, at most five minutes; it is parked after about three days.
_QUEUE = LeasedQueue(outbox, outbox.c.id, lease=timedelta(seconds=30), longest_wait=timedelta(minutes=5))
# A revoked token is refused within a minute by a service that comes back, too.
_URGENT_QUEUE = replace(_QUEUE, longest_wait=timedelta(seconds=10))
_URGENT = frozenset({PrincipalRevoked.kind})
MAX_ATTEMPTS = 8 + timedelta(days=3) // _QUEUE.longest_wait
_DELIVERY_SECONDS = 10.0
# Statuses that one message among many may cause, so that the messages are sent again one by one. All other statuses
# concern the whole service.
_CAUSED_BY_ONE_MESSAGE = frozenset({400, 409, 413, 422, 500})
# It gets the data of messages of its kinds that come together, in their order.
Receiver = Callable[[AsyncSession, Sequence[Mapping[str, object]]], Awaitable[None]]


class _OutboxRow(TypedDict):
    id: UUID
    kind: str
    subject: UUID
    data: dict[str, object]


_COLUMNS: Final = tuple(_OutboxRow.__annotations__)
_INSERT: Final = insert_all(outbox, _COLUMNS)


async def announce(session: AsyncSession, announcement: Announcement) -> UUID:
    """Write the fact into the outbox in the running transaction. Returns the message's id."""
    return (await announce_all(session, [announcement]))[0]


async def announce_all(session: AsyncSession, announcements: Sequence[Announcement]) -> list[UUID]:
    """Write many facts into the outbox with one statement. Returns the messages' ids in the order of the facts.

    The statement is sent without any fact too: the time that a caller waits does not tell whether there was one.
    """
    rows: list[_OutboxRow] = [
        {"id": new_id(), "kind": fact.kind, "subject": fact.object_id(), "data": fact.model_dump(mode="json")}
        for fact in announcements
    ]
    await session.execute(_INSERT, columns_of(rows, _COLUMNS))
    return [row["id"] for row in rows]


async def receive(
    session: AsyncSession, messages: Sequence[CloudEvent], receivers: Mapping[str, Receiver]
) -> set[UUID]:
    """Let each message take effect once. Returns the ids of those that were not received before.

    The messages of all kinds of a receiver are handed over together, and the receivers follow each other as in
    `receivers`, whatever the order of the messages. So a receiver can lock its rows in the order that others lock them
    in, and thousands of messages need few statements.
    Requires: receivers to which the order of messages of different kinds does not matter, as to copies.
    Raises: UnknownMessage, Invalid (the data of one does not fit its kind).
    """
    for message in messages:
        if message.type not in receivers:
            # The sender may be newer than this service. It keeps a refused message and sends it again after the update.
            raise UnknownMessage(members={"kind": message.type})
    by_id = {message.id: message for message in messages}
    storing = upsert(inbox).on_conflict_do_nothing().returning(inbox.c.message_id)
    new = set(await session.scalars(storing, [{"message_id": message_id} for message_id in by_id]))
    unseen = [message for message in by_id.values() if message.id in new]
    # A receiver of several kinds stands in the mapping several times.
    for receiver in dict.fromkeys(receivers.values()):
        if together := [message.data for message in unseen if receivers[message.type] is receiver]:
            try:
                await receiver(session, together)
            except ValidationError as error:
                raise Invalid(Phrase("details.message-data-invalid")) from error
    return new


class Relay:
    """The delivery of waiting messages to the services that subscribe to them."""

    def __init__(
        self,
        database: Database,
        *,
        source: str,
        client: httpx.AsyncClient,
        token: TokenSource,
        subscribers: Mapping[str, tuple[str, ...]],
    ) -> None:
        """Set up the relay. `subscribers` maps the base address of a service to the kinds that it subscribes to."""
        self._database, self._source, self._client, self._token, self._subscribers = (
            database,
            source,
            client,
            token,
            subscribers,
        )

    async def run(self) -> int:
        """Deliver messages until none is due. Returns the number of those delivered.

        A message that fails waits longer each time, and is parked after its last attempt.
        """
        await self._conclude_without_subscriber()
        delivered = 0
        # The rows are leased, not locked, so that no transaction stays open during a request to another service.
        while rows := await self._lease():
            delivered += await self._relay(rows)
        return delivered

    async def _conclude_without_subscriber(self) -> None:
        """Conclude the messages of kinds to which no service subscribes."""
        kinds = {kind for kinds in self._subscribers.values() for kind in kinds}
        no_subscriber = leased.is_waiting(outbox.c.state) & outbox.c.kind.not_in(kinds)
        async with self._database.transaction() as session:
            await leased.conclude(session, _QUEUE, no_subscriber, sent_at=func.clock_timestamp())

    async def _lease(self) -> list[RowMapping]:
        first = (outbox.c.position,)
        async with self._database.transaction() as session:
            rows = await leased.lease(session, _QUEUE, select(outbox.c.id), order_by=first, limit=RELAY_BATCH)
        return sorted(rows, key=lambda row: int(row["position"]))

    async def _relay(self, rows: Sequence[RowMapping]) -> int:
        failures: dict[UUID, str] = {}
        for base, kinds in self._subscribers.items():
            # A message that one subscriber has not got goes to all of them again, and takes effect once in each.
            subscribed = [row for row in rows if row["kind"] in kinds]
            failures.update(await self._deliver(base, subscribed))
        async with self._database.transaction() as session:
            done = [row["id"] for row in rows if row["id"] not in failures]
            await leased.conclude(session, _QUEUE, outbox.c.id.in_(done), sent_at=func.clock_timestamp())
            for row in rows:
                if row["id"] in failures:
                    await _fail(session, row, failures[row["id"]])
        return len(done)

    async def _deliver(self, base: str, rows: Sequence[RowMapping]) -> dict[UUID, str]:
        """Send the messages to one subscriber. Returns the reasons of the failed ones by message id.

        One bad message does not delay the others.
        """
        if not rows:
            return {}
        failure, may_be_one_message = await self._post(base, rows)
        if failure is None:
            return {}
        if may_be_one_message and len(rows) > 1:
            single_failures = [await self._deliver(base, [row]) for row in rows]
            return {message_id: reason for failures in single_failures for message_id, reason in failures.items()}
        log.warning("outbox.delivery_failed", count=len(rows), kind=rows[0]["kind"], reason=failure)
        return {row["id"]: failure for row in rows}

    async def _post(self, base: str, rows: Sequence[RowMapping]) -> tuple[str | None, bool]:
        """Post the messages. Returns the reason of a failure or None, and whether one message may have caused it."""
        body = CloudEvents(messages=[_message(row, self._source) for row in rows])
        try:
            answer = await self._client.post(
                f"{base}/v1/messages",
                content=body.model_dump_json(),
                headers={"Authorization": f"Bearer {await self._token()}", "Content-Type": "application/json"},
                timeout=_DELIVERY_SECONDS,
            )
        except (httpx.HTTPError, ConnectionError, Unavailable) as error:
            return type(error).__name__, False
        if answer.is_success:
            return None, False
        return f"status {answer.status_code}", answer.status_code in _CAUSED_BY_ONE_MESSAGE


def _message(row: RowMapping, source: str) -> CloudEvent:
    return CloudEvent(
        specversion="1.0",
        id=row["id"],
        source=source,
        type=row["kind"],
        subject=str(row["subject"]),
        time=row["occurred_at"],
        datacontenttype="application/json",
        data=row["data"],
    )


async def _fail(session: AsyncSession, row: RowMapping, error: str) -> None:
    attempts = row["attempts"]
    queue = _URGENT_QUEUE if row["kind"] in _URGENT else _QUEUE
    state = await leased.fail(session, queue, row["id"], attempts=attempts, max_attempts=MAX_ATTEMPTS, error=error)
    if state is LeasedState.parked:
        log.error("outbox.parked", message_id=str(row["id"]), kind=row["kind"], reason=error)
