"""Logs: JSON lines with an event name and values; they never hold a body, a token or an address."""

import json
import logging
import sys
import traceback
from collections.abc import Iterator
from typing import Final

import structlog
from structlog.typing import EventDict

# The attributes of a PostgreSQL failure, besides its message, that hold no values of rows.
_SAFE_ATTRIBUTES: Final = ("sqlstate", "constraint_name", "table_name", "column_name")


def configure(*, level: str = "INFO") -> None:
    """Set up structured logging to standard error."""
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            _with_trace,
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level]),
        # `sys.stderr` is read for each line, because a process may replace it after the start.
        logger_factory=lambda *_: structlog.WriteLogger(sys.stderr),
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(LibraryLines())
    logging.basicConfig(level=logging.WARNING, handlers=[handler])


class LibraryLines(logging.Formatter):
    """The format of what libraries log: logger, level and trace, without the message, which may hold any value."""

    def format(self, record: logging.LogRecord) -> str:
        """Return one JSON line."""
        line = {"event": record.name, "level": record.levelname}
        if record.exc_info and record.exc_info[1] is not None:
            line["exception"] = trace_of(record.exc_info[1])
        return json.dumps(line)


def trace_of(failure: BaseException) -> str:
    """Return the types and the places of the failure and its causes, one a line, without their messages.

    The messages of PostgreSQL and Pydantic repeat the row or the value that failed, with the names of people.
    """
    return "\n".join(line for cause in _with_causes(failure) for line in _lines(cause))


def _with_trace(_: object, __: str, values: EventDict) -> EventDict:
    exc_info = values.pop("exc_info", None)
    failure = exc_info if isinstance(exc_info, BaseException) else sys.exc_info()[1] if exc_info else None
    if failure is not None:
        values["exception"] = trace_of(failure)
    return values


def _with_causes(failure: BaseException) -> Iterator[BaseException]:
    """Yield the failure, then its causes, the first cause last."""
    seen: set[int] = set()
    cause: BaseException | None = failure
    while cause is not None and id(cause) not in seen:
        seen.add(id(cause))
        yield cause
        cause = cause.__cause__ or (None if cause.__suppress_context__ else cause.__context__)


def _lines(failure: BaseException) -> Iterator[str]:
    details = [f"{name}={value}" for name in _SAFE_ATTRIBUTES if isinstance(value := getattr(failure, name, None), str)]
    yield " ".join([f"{type(failure).__module__}.{type(failure).__qualname__}", *details])
    for frame in traceback.extract_tb(failure.__traceback__):
        yield f"  {frame.filename}:{frame.lineno} {frame.name}"
    if isinstance(failure, BaseExceptionGroup):
        for part in failure.exceptions:
            yield from (f"  | {line}" for cause in _with_causes(part) for line in _lines(cause))
