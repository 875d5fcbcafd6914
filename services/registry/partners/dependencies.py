"""The database session for routes whose answer holds a secret."""

from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import Depends, Request
from sqlalchemy.ext.asyncio import AsyncSession

from services.kernel.data.db import database_of


async def open_transaction_without_idempotency(request: Request) -> AsyncIterator[AsyncSession]:
    """Open the request's transaction without keeping its answer for an Idempotency-Key."""
    async with database_of(request).transaction() as session:
        yield session


# The answer holds a secret, which must not be stored anywhere; the unique name makes a repetition harmless.
TransactionWithoutIdempotency = Annotated[AsyncSession, Depends(open_transaction_without_idempotency, scope="function")]
