"""Cells: what the strings of JSON rows mean in a file, and the names of the columns."""

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Final

from services.contracts.periods import HELSINKI

from .shapes import Column, Kind

Scalar = str | int | float | Decimal | bool | date | datetime | None
Cell = Scalar | list[Scalar]

# Between the values of a list in one cell; a value that holds it stands in quotation marks, as in a CSV file.
LIST_SEPARATOR: Final = "|"
_QUOTED: Final = (LIST_SEPARATOR, "\n", "\r")


def cells(of: Sequence[Column], values: Iterable[object]) -> list[Cell]:
    """Return the values of a row as cells: days, instants in Helsinki time, numbers and texts."""
    return [_cell(column.kind, value) for column, value in zip(of, values, strict=True)]


def _cell(kind: Kind, value: object) -> Cell:
    if value is None or (kind is Kind.text and isinstance(value, str)):
        return value
    if isinstance(value, list):
        return [_scalar(kind, entry) for entry in value]
    return _scalar(kind, value)


def _scalar(kind: Kind, value: object) -> Scalar:
    if value is None or isinstance(value, int | float):
        return value
    text = str(value)
    try:
        match kind:
            case Kind.text | Kind.number:
                return text
            case Kind.day:
                return date.fromisoformat(text)
            case Kind.instant:
                return _local(text)
            case Kind.decimal:
                number = Decimal(text)
                return number if number.is_finite() else text
    except (ValueError, OverflowError, InvalidOperation):
        return text


def _local(text: str) -> datetime | str:
    instant = datetime.fromisoformat(text)
    return instant.astimezone(HELSINKI) if instant.tzinfo else text


def is_unambiguous(instant: datetime) -> bool:
    """Return whether a reader of the local time knows the instant: in autumn an hour comes twice."""
    return not instant.fold


def scalar_text(value: Scalar, *, excel: bool = False) -> str:
    """Return the text of one value, as machines read it or as a Finnish Excel does."""
    match value:
        case None | str():
            return value or ""
        case bool():
            return "true" if value else "false"
        case date():
            return _day_text(value, excel=excel)
    exact = value if isinstance(value, Decimal) else Decimal(repr(value))
    return f"{exact:f}".replace(".", ",") if excel else f"{exact:f}"


def _day_text(day: date, *, excel: bool) -> str:
    if not excel or (isinstance(day, datetime) and not is_unambiguous(day)):
        return day.isoformat()
    return _finnish_time(day) if isinstance(day, datetime) else f"{day.day}.{day.month}.{day.year}"


def _finnish_time(instant: datetime) -> str:
    """Return a local time as a Finnish Excel reads it: it knows thousandths of a second."""
    time = instant.strftime("%H:%M:%S" if instant.second or instant.microsecond else "%H:%M")
    thousandths = f",{instant.microsecond // 1000:03d}" if instant.microsecond else ""
    return f"{instant.day}.{instant.month}.{instant.year} {time}{thousandths}"


def joined(texts: Sequence[str]) -> str:
    """Return the texts of a list as one cell, which `csv.reader` with the list separator reads back."""
    return LIST_SEPARATOR.join(map(_piece, texts)) if texts != [""] else '""'


def _piece(text: str) -> str:
    if not text.startswith('"') and not any(sign in text for sign in _QUOTED):
        return text
    quoted = io.StringIO()
    csv.writer(quoted, delimiter=LIST_SEPARATOR, lineterminator="", quoting=csv.QUOTE_ALL).writerow([text])
    return quoted.getvalue()


def headings(of: Sequence[Column], *, with_zone: bool) -> list[str]:
    """Return the names of the columns, no two of them the same; instants name their zone where cells do not."""
    names: dict[str, None] = {}
    for column in of:
        name = "_".join(column.path) or "value"
        name += f" ({HELSINKI.key})" if with_zone and column.kind is Kind.instant else ""
        names[unused(name, names)] = None
    return list(names)


def unused(name: str, names: Iterable[str]) -> str:
    """Return the name, with a number where the names hold it already; case does not tell names apart."""
    taken = {other.casefold() for other in names}
    candidates = (name if number == 1 else f"{name}_{number}" for number in range(1, len(taken) + 2))
    return next(candidate for candidate in candidates if candidate.casefold() not in taken)
