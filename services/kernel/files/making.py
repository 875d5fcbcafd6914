"""Making: a process of its own writes all rows of a list into one file, and ends.

Standard input has the order, then the rows as lines of JSON, then an empty line. Standard output is the file.
"""

import os
import pickle
import resource
import signal
import sys
import tempfile
import traceback
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import IO, Final, Literal

from pydantic_core import from_json

from .csv_files import CsvWriter
from .shapes import Shape
from .xlsx_files import write_workbook

END: Final = b"\n"
_BATCH: Final = 100
# Requests go before files.
_NICENESS: Final = 5
# Without this bound, the machine would have to choose which process it ends.
_MEMORY_BYTES: Final = 1024**3
_PROCESSOR_SECONDS: Final = 120


class Unfinished(Exception):
    """The rows have no end: the process that sends them is gone."""


@dataclass(frozen=True, slots=True)
class Order:
    """The file to make: its form, and the layout of its rows. `excel` is for a CSV file of a Finnish Excel."""

    layout: Shape
    form: Literal["csv", "xlsx"]
    excel: bool


def make(order: Order, lines: Iterable[bytes], file: IO[bytes]) -> None:
    """Write the rows, which are lines of JSON, into the file.

    Where the columns depend on the rows (languages, open keys, objects in lists), all rows are read first, into a
    temporary file.
    """
    if not order.layout.grows:
        _write(order, map(from_json, lines), file)
        return
    with tempfile.TemporaryFile() as rows:
        for line in lines:
            order.layout.grow(from_json(line))
            rows.write(line)
        rows.seek(0)
        _write(order, map(from_json, rows), file)


def _write(order: Order, rows: Iterable[object], file: IO[bytes]) -> None:
    if order.form == "xlsx":
        write_workbook(file, order.layout, rows)
        return
    writer, left = CsvWriter(order.layout, excel=order.excel), iter(rows)
    file.write(writer.header())
    while some := list(islice(left, _BATCH)):
        file.write(writer.lines(some))


def until_end(lines: Iterable[bytes]) -> Iterator[bytes]:
    """Yield the lines before the end. Raises Unfinished where there is none."""
    for line in lines:
        if line == END:
            return
        yield line
    raise Unfinished


def _main() -> int:
    """Make the file that standard input orders. A failure is reported without the values of rows.

    Returns: the exit code.
    """
    # Ctrl-C in the terminal ends the process that serves, which then ends this one.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    os.nice(_NICENESS)
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY_BYTES, _MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (_PROCESSOR_SECONDS, _PROCESSOR_SECONDS))
    try:
        # The process that serves has written it into the pipe; no other one can.
        order: Order = pickle.load(sys.stdin.buffer)  # noqa: S301
        make(order, until_end(sys.stdin.buffer), sys.stdout.buffer)
        sys.stdout.buffer.flush()
    except (Unfinished, EOFError):
        return 1
    except Exception as failure:  # noqa: BLE001 - The text of a failure may hold a person's data; its place does not.
        places = "".join(traceback.format_tb(failure.__traceback__))
        sys.stderr.write(f"The file was not made: {type(failure).__name__}\n{places}")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(_main())
