"""Sweeps that every storing service needs: its messages relayed, its old answers forgotten."""

from collections.abc import Callable, Mapping
from datetime import timedelta

from services.kernel.background.outbox import Relay
from services.kernel.runtime import PeriodicTask, Runtime
from services.kernel.web import idempotency

Subscribers = Callable[[Runtime], Mapping[str, tuple[str, ...]]]


def nobody(_: Runtime) -> Mapping[str, tuple[str, ...]]:
    """No sibling subscribes."""
    return {}


def common_periodic_tasks(subscribers: Subscribers = nobody) -> tuple[PeriodicTask, ...]:
    """Return the periodic_tasks of a storing service; `subscribers` maps a sibling's base address to the kinds it wants."""

    async def relay(runtime: Runtime) -> None:
        service = runtime.database.schema
        await Relay(
            runtime.database,
            source=f"/api/{service}",
            client=runtime.client,
            token=runtime.token,
            subscribers=subscribers(runtime),
        ).run()

    async def forget(runtime: Runtime) -> None:
        async with runtime.database.transaction() as session:
            await idempotency.delete_expired_responses(session)

    return (
        PeriodicTask("relay", timedelta(seconds=1), relay),
        PeriodicTask("forget-answers", timedelta(hours=1), forget),
    )
