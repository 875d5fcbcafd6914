"""The count of statements sent to PostgreSQL: hot paths state theirs."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.event import listen, remove
from sqlalchemy.ext.asyncio import AsyncEngine


@contextmanager
def recorded_statements(engines: list[AsyncEngine]) -> Iterator[list[str]]:
    """Collect the statements sent through these engines inside the block, without BEGIN and COMMIT."""
    sent: list[str] = []

    def record(_connection: object, _cursor: object, statement: str, *_more: object) -> None:
        sent.append(" ".join(statement.split()))

    for engine in engines:
        listen(engine.sync_engine, "before_cursor_execute", record)
    try:
        yield sent
    finally:
        for engine in engines:
            remove(engine.sync_engine, "before_cursor_execute", record)
