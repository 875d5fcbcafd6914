"""The periodic tasks of every service with a database: its messages, what has expired, the seals of its audit."""

from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta

from services.kernel.audit.seals import seal_new_entries
from services.kernel.background.outbox import Relay
from services.kernel.background.retention import Retention, retention_task
from services.kernel.runtime import PeriodicTask, Runtime
from services.kernel.security import revocations
from services.kernel.web import idempotency

Subscribers = Callable[[Runtime], Mapping[str, tuple[str, ...]]]


def no_subscribers(_: Runtime) -> Mapping[str, tuple[str, ...]]:
    """Return the subscribers of a service whose messages no other service receives."""
    return {}


def common_periodic_tasks(
    subscribers: Subscribers = no_subscribers, *, retentions: Sequence[Retention] = ()
) -> tuple[PeriodicTask, ...]:
    """Return the periodic tasks that every service with a database has.

    `subscribers` maps the base address of another service to the kinds that it subscribes to. `retentions` are the
    rules for the tables of the service's own.
    """

    async def relay(runtime: Runtime) -> None:
        service = runtime.database.schema
        await Relay(
            runtime.database,
            source=f"/api/{service}",
            client=runtime.client,
            token=runtime.token,
            subscribers=subscribers(runtime),
        ).run()

    async def delete_expired(runtime: Runtime) -> None:
        async with runtime.database.long_transaction() as session:
            await idempotency.delete_expired_responses(session)
            await revocations.delete_old(session)

    async def seal_audit(runtime: Runtime) -> None:
        await seal_new_entries(runtime.database)

    return (
        PeriodicTask("relay", timedelta(seconds=1), relay),
        PeriodicTask("delete-expired", timedelta(hours=1), delete_expired),
        PeriodicTask("seal-audit", timedelta(minutes=1), seal_audit),
        retention_task(retentions),
    )
