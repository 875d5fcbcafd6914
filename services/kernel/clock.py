"""Time as the domain counts it: instants are UTC, days are Helsinki days."""

from datetime import UTC, date, datetime, timedelta

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.contracts.periods import HELSINKI


def utc_now() -> datetime:
    """Return the application's clock; a window is judged by `database_now` instead."""
    return datetime.now(UTC)


async def database_now(session: AsyncSession) -> datetime:
    """Return the database's clock at this statement: the one that decides windows and deadlines."""
    now: datetime | None = await session.scalar(select(func.clock_timestamp()))
    assert now is not None
    return now


def helsinki_day(instant: datetime) -> date:
    """Return the Europe/Helsinki calendar day of an aware instant."""
    return instant.astimezone(HELSINKI).date()


def helsinki_last_day(ends_at: datetime) -> date:
    """Return the last Helsinki day of something that ends then: until midnight is still the day before."""
    return helsinki_day(ends_at - timedelta(microseconds=1))


def end_of_helsinki_day(day: date) -> ColumnElement[datetime]:
    """Return the instant at which the Helsinki day ends, as SQL: PostgreSQL's calendar is longer than Python's."""
    return func.timezone(
        HELSINKI.key,
        func.date_trunc("day", func.make_timestamp(day.year, day.month, day.day, 0, 0, 0))
        + func.make_interval(0, 0, 0, 1),
    )
