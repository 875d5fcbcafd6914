"""Clocks and days: instants are in UTC, days are calendar days of Helsinki."""

from datetime import UTC, date, datetime, timedelta

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.contracts.periods import HELSINKI


def utc_now() -> datetime:
    """Return the time of the application's clock; time windows are judged by `database_now` instead."""
    return datetime.now(UTC)


async def database_now(session: AsyncSession) -> datetime:
    """Return the time of the database's clock at this statement; time windows and deadlines are judged by it."""
    now: datetime | None = await session.scalar(select(func.clock_timestamp()))
    assert now is not None
    return now


def helsinki_day(instant: datetime) -> date:
    """Return the Europe/Helsinki calendar day of an aware instant."""
    return instant.astimezone(HELSINKI).date()


def helsinki_last_day(ends_at: datetime) -> date:
    """Return the last Helsinki day of an interval; an end at midnight belongs to the day before."""
    return helsinki_day(ends_at - timedelta(microseconds=1))


def end_of_helsinki_day(day: date) -> ColumnElement[datetime]:
    """Return the instant at which the Helsinki day ends, as SQL: PostgreSQL has later years than Python."""
    return func.timezone(
        HELSINKI.key,
        func.date_trunc("day", func.make_timestamp(day.year, day.month, day.day, 0, 0, 0))
        + func.make_interval(0, 0, 0, 1),
    )
