"""Logs: JSON lines of an event name and values; never a body, a token or an address."""

import json
import logging
import sys
import traceback
from collections.abc import Iterator
from typing import Final

import structlog
from structlog.typing import EventDict

# What PostgreSQL tells of a failure besides its message, and what names nothing but our own tables.
_TOLD_OF_A_FAILURE: Final = ("sqlstate", "constraint_name", "table_name", "column_name")


def configure(*, level: str = "INFO") -> None:
    """Write structured lines to standard error from here on."""
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            _with_trace,
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level]),
        # Standard error as it is when the line is written, not as it was at the start.
        logger_factory=lambda *_: structlog.WriteLogger(sys.stderr),
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(LibraryLines())
    logging.basicConfig(level=logging.WARNING, handlers=[handler])


class LibraryLines(logging.Formatter):
    """What libraries log: who said something and where it failed, without their words, which may hold anything."""

    def format(self, record: logging.LogRecord) -> str:
        """Return one JSON line."""
        line = {"event": record.name, "level": record.levelname}
        if record.exc_info and record.exc_info[1] is not None:
            line["exception"] = trace_of(record.exc_info[1])
        return json.dumps(line)


def trace_of(failure: BaseException) -> str:
    """Return where the failure and its causes came from, by type and place.

    Without their messages: those of PostgreSQL and Pydantic repeat the row or the value that failed, names and all.
    """
    return "\n".join(line for one in _with_causes(failure) for line in _lines(one))


def _with_trace(_: object, __: str, values: EventDict) -> EventDict:
    given = values.pop("exc_info", None)
    failure = given if isinstance(given, BaseException) else sys.exc_info()[1] if given else None
    if failure is not None:
        values["exception"] = trace_of(failure)
    return values


def _with_causes(failure: BaseException) -> Iterator[BaseException]:
    """Yield the failure, then what caused it, the first cause last."""
    seen: set[int] = set()
    found: BaseException | None = failure
    while found is not None and id(found) not in seen:
        seen.add(id(found))
        yield found
        found = found.__cause__ or (None if found.__suppress_context__ else found.__context__)


def _lines(failure: BaseException) -> Iterator[str]:
    told = [f"{name}={value}" for name in _TOLD_OF_A_FAILURE if isinstance(value := getattr(failure, name, None), str)]
    yield " ".join([f"{type(failure).__module__}.{type(failure).__qualname__}", *told])
    for frame in traceback.extract_tb(failure.__traceback__):
        yield f"  {frame.filename}:{frame.lineno} {frame.name}"
    if isinstance(failure, BaseExceptionGroup):
        for part in failure.exceptions:
            yield from (f"  | {line}" for one in _with_causes(part) for line in _lines(one))
