"""The outbox: a fact is announced in the transaction that made it true, then relayed at least once."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import timedelta
from uuid import UUID

import httpx
import structlog
from sqlalchemy import Update, func, insert, select, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.engine import RowMapping
from sqlalchemy.ext.asyncio import AsyncSession

from services.kernel.auth import TokenSource
from services.kernel.db import Database
from services.kernel.ids import new_id
from services.kernel.messages import Announcement, CloudEvent
from services.kernel.tables import inbox, outbox

log = structlog.get_logger()

RELAY_BATCH = 100
MAX_ATTEMPTS = 12
Receiver = Callable[[AsyncSession, Mapping[str, object]], Awaitable[None]]


async def announce(session: AsyncSession, announcement: Announcement) -> UUID:
    """Write the fact into the outbox of the running transaction; the message's id."""
    message_id = new_id()
    await session.execute(
        insert(outbox).values(
            id=message_id,
            kind=announcement.kind,
            subject=announcement.subject(),
            data=announcement.model_dump(mode="json"),
        )
    )
    return message_id


async def announce_all(session: AsyncSession, announcements: Sequence[Announcement]) -> None:
    """As `announce`, for many facts at once, in their order."""
    rows = [
        {"id": new_id(), "kind": fact.kind, "subject": fact.subject(), "data": fact.model_dump(mode="json")}
        for fact in announcements
    ]
    if rows:
        await session.execute(insert(outbox), rows)


async def receive(session: AsyncSession, message: CloudEvent, receivers: Mapping[str, Receiver]) -> bool:
    """Let the message have its effect once; False when it had it before or nobody here listens to its kind."""
    fresh = await session.scalar(
        upsert(inbox).values(message_id=message.id).on_conflict_do_nothing().returning(inbox.c.message_id)
    )
    receiver = receivers.get(message.type)
    if fresh is None or receiver is None:
        return False
    await receiver(session, message.data)
    return True


class Relay:
    """Takes waiting messages to the sibling services that subscribe to them."""

    def __init__(
        self,
        database: Database,
        *,
        source: str,
        client: httpx.AsyncClient,
        token: TokenSource,
        subscribers: Mapping[str, tuple[str, ...]],
    ) -> None:
        """`subscribers`: base address → kinds it wants."""
        self._database, self._source, self._client, self._token, self._subscribers = (
            database,
            source,
            client,
            token,
            subscribers,
        )

    async def run(self) -> int:
        """Relay until nothing is due; how many were delivered. Failed ones wait longer each time, then are parked."""
        delivered = 0
        while True:
            # Leased, not locked: no transaction stays open while another service is asked.
            leased = await self._lease()
            if not leased:
                return delivered
            for row in leased:
                delivered += await self._relay(row)

    async def _lease(self) -> list[RowMapping]:
        async with self._database.transaction() as session:
            due = (
                select(outbox.c.id)
                .where(
                    outbox.c.relayed_at.is_(None),
                    outbox.c.parked_reason.is_(None),
                    outbox.c.due_at <= func.clock_timestamp(),
                )
                .order_by(outbox.c.position)
                .limit(RELAY_BATCH)
                .with_for_update(skip_locked=True)
            )
            leased = (
                update(outbox)
                .where(outbox.c.id.in_(due))
                .values(due_at=func.clock_timestamp() + timedelta(seconds=30), attempts=outbox.c.attempts + 1)
                .returning(outbox)
            )
            rows = (await session.execute(leased)).mappings().all()
        return sorted(rows, key=lambda row: int(row["position"]))

    async def _relay(self, row: RowMapping) -> int:
        failure = None
        for base, kinds in self._subscribers.items():
            if row["kind"] in kinds and (failure := await self._deliver(base, row)) is not None:
                break
        async with self._database.transaction() as session:
            await session.execute(_outcome(row, failure))
        if failure is not None:
            log.warning("outbox.delivery_failed", message_id=str(row["id"]), kind=row["kind"], reason=failure)
        return 0 if failure else 1

    async def _deliver(self, base: str, row: RowMapping) -> str | None:
        """Why the message could not be handed over, or None."""
        message = CloudEvent(
            specversion="1.0",
            id=row["id"],
            source=self._source,
            type=row["kind"],
            subject=str(row["subject"]),
            time=row["occurred_at"],
            datacontenttype="application/json",
            data=row["data"],
        )
        try:
            answer = await self._client.post(
                f"{base}/v1/messages",
                content=message.model_dump_json(),
                headers={"Authorization": f"Bearer {await self._token()}", "Content-Type": "application/json"},
            )
        except (httpx.HTTPError, ConnectionError) as error:
            return type(error).__name__
        return None if answer.status_code < 300 else f"status {answer.status_code}"


def _outcome(row: RowMapping, failure: str | None) -> Update:
    this = update(outbox).where(outbox.c.id == row["id"])
    if failure is None:
        return this.values(relayed_at=func.clock_timestamp())
    if row["attempts"] >= MAX_ATTEMPTS:
        return this.values(parked_reason=failure)
    return this.values(due_at=func.clock_timestamp() + timedelta(seconds=2 ** row["attempts"]))
