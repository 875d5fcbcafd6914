"""Outages: failures that say "not now" about the database, and nothing about our code."""

from typing import Final

import asyncpg
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

# SQLSTATE classes and codes: connection, resources, operator, lock and serialisation.
_TRANSIENT: Final = ("08", "53", "57", "40001", "40P01", "55P03")


def is_outage(failure: BaseException) -> bool:
    """Return whether the same may well succeed when the database is there again, or has time."""
    if isinstance(failure, DBAPIError):
        return (
            failure.connection_invalidated
            or isinstance(failure, InterfaceError | OperationalError)
            or _is_transient(failure.orig)
        )
    if isinstance(failure, asyncpg.PostgresError):
        return _is_transient(failure)
    # asyncpg's client breaks off in the middle of its own protocol when the server goes away.
    return isinstance(failure, OSError | PoolTimeout | asyncpg.InterfaceError | asyncpg.InternalClientError)


def _is_transient(failure: BaseException | None) -> bool:
    return str(getattr(failure, "sqlstate", None) or "").startswith(_TRANSIENT)
