"""Outages: failures of the database that pass, and that no mistake in the code causes."""

from typing import Final

import asyncpg
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

# SQLSTATE classes and codes of connections, resources, operator's intervention (a statement over its time limit too),
# serialisation, locks over theirs, and transactions that were idle or open for too long.
_TRANSIENT: Final = ("08", "53", "57", "40001", "40P01", "55P03", "25P03", "25P04")


def is_outage(failure: BaseException) -> bool:
    """Say whether the same work may succeed later, when the database is available again."""
    if isinstance(failure, DBAPIError):
        return (
            failure.connection_invalidated
            or isinstance(failure, InterfaceError | OperationalError)
            or _is_transient(failure.orig)
        )
    if isinstance(failure, asyncpg.PostgresError):
        return _is_transient(failure)
    # When the server goes away, asyncpg may fail in the middle of its protocol.
    return isinstance(failure, OSError | PoolTimeout | asyncpg.InterfaceError | asyncpg.InternalClientError)


def _is_transient(failure: BaseException | None) -> bool:
    return str(getattr(failure, "sqlstate", None) or "").startswith(_TRANSIENT)
