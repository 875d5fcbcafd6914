"""Logs: lines of JSON with the type and the place of a failure, and no person data."""

import json
import logging

import pydantic
import pytest
import structlog
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from services.kernel import log

CANARY = "Kanarialintu Kanerva"


async def broken_row(applications):
    """A failure of PostgreSQL, whose message holds the row that failed."""
    row = text("INSERT INTO outbox (id, kind, subject) VALUES (gen_random_uuid(), :kind, gen_random_uuid())")
    with pytest.raises(IntegrityError) as failure:
        async with applications.runtime("registry").database.transaction() as session:
            await session.execute(row, {"kind": CANARY})
    return failure.value


async def test_a_trace_tells_where_and_what_but_not_whom(applications, talking_log, capfd):
    failure = await broken_row(applications)
    # There is something to find: PostgreSQL's own words quote the row.
    assert CANARY in str(failure.orig.__cause__)
    structlog.get_logger().error("request.failed", exc_info=failure)
    said = capfd.readouterr().err
    assert CANARY not in said
    trace = json.loads(said)["exception"]
    assert "sqlstate=23502 table_name=outbox column_name=data" in trace
    assert "test_log.py" in trace and "broken_row" in trace


def test_a_failure_at_hand_is_traced_with_all_that_came_before(talking_log, capfd):
    class Wanted(pydantic.BaseModel):
        """A model of this test."""

        size: int

    try:
        try:
            Wanted.model_validate({"size": CANARY})
        except pydantic.ValidationError as error:
            raise ExceptionGroup(CANARY, [LookupError(CANARY)]) from error
    except ExceptionGroup:
        structlog.get_logger().exception("task.failed")
    said = capfd.readouterr().err
    assert CANARY not in said
    trace = json.loads(said)["exception"]
    assert all(name in trace for name in ("ExceptionGroup", "LookupError", "ValidationError"))


def test_a_librarys_own_line_is_json_without_its_words():
    record = logging.LogRecord("uvicorn.error", logging.ERROR, "x", 1, CANARY, None, None)
    assert json.loads(log.LibraryLines().format(record)) == {"event": "uvicorn.error", "level": "ERROR"}
    try:
        raise LookupError(CANARY)
    except LookupError as failure:
        record.exc_info = (LookupError, failure, failure.__traceback__)
    line = log.LibraryLines().format(record)
    assert CANARY not in line and "\n" not in line
    assert json.loads(line)["exception"].startswith("builtins.LookupError")
