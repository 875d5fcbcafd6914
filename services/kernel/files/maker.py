"""The maker: the process that makes a file, as this process starts, feeds and ends it. One file is made at a time."""

import asyncio
import os
import pickle
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from typing import IO, Final

import structlog

from services.contracts.words import Phrase
from services.kernel.web.errors import ExportBusy, Unavailable

from . import making
from .making import END, Order

log = structlog.get_logger()

Maker = subprocess.Popen[bytes]

# Proxies wait for the first byte of an answer for a minute.
_SECONDS: Final = 50
_RETRY: Final = {"Retry-After": "5"}


class _Place:
    """The place of the one file that this process makes."""

    def __init__(self) -> None:
        self._is_taken = False

    @contextmanager
    def taken(self) -> Iterator[None]:
        """Have the place during the block. Raises ExportBusy."""
        if self._is_taken:
            raise ExportBusy(headers=_RETRY)
        self._is_taken = True
        try:
            yield
        finally:
            self._is_taken = False


_place: Final = _Place()


async def made_file(order: Order, lines: AsyncIterator[bytes]) -> IO[bytes]:
    """Return the whole file, which vanishes when it is closed; `lines` are blocks of JSON lines.

    A cancellation ends the maker. Raises: ExportBusy, Unavailable (the maker failed, or took too long).
    """
    file = tempfile.TemporaryFile()  # noqa: SIM115 - The caller closes it.
    try:
        # What a workbook keeps on the disk until it is whole vanishes with the folder, however the maker ends.
        with _place.taken(), tempfile.TemporaryDirectory(prefix="vipu-export-") as folder:
            async with asyncio.timeout(_SECONDS):
                await _make(order, lines, file, folder)
    except TimeoutError as error:
        file.close()
        raise Unavailable(Phrase("details.export-took-too-long"), headers=_RETRY) from error
    except BaseException:
        file.close()
        raise
    return file


async def _make(order: Order, lines: AsyncIterator[bytes], file: IO[bytes], folder: str) -> None:
    async with _running(file, folder) as process:
        await _feed(process, order, lines)
        code = await asyncio.to_thread(process.wait)
    if code:
        log.warning("export.failed", exit_code=code)
        raise Unavailable(Phrase("details.export-not-made"), headers=_RETRY)


@asynccontextmanager
async def _running(file: IO[bytes], folder: str) -> AsyncIterator[Maker]:
    """Run the maker during the block. A thread starts it: the loop would wait for a tenth of a second."""
    starting = asyncio.create_task(asyncio.to_thread(_start, file, folder))
    try:
        yield await asyncio.shield(starting)
    finally:
        await asyncio.to_thread(_end, await starting)


def _start(file: IO[bytes], folder: str) -> Maker:
    without_secrets = {name: value for name, value in os.environ.items() if not name.upper().startswith("VIPU_")}
    # Not in a session of its own: Linux gives each session the same share of the processor, whatever its priority.
    return subprocess.Popen(  # noqa: S603 - No word of the command comes from a caller.
        [sys.executable, "-m", making.__name__],
        env={**without_secrets, "TMPDIR": folder},
        stdin=subprocess.PIPE,
        stdout=file,
    )


def _end(process: Maker) -> None:
    process.kill()
    process.wait()
    assert process.stdin is not None
    # What is still in the buffer has no reader.
    with suppress(BrokenPipeError):
        process.stdin.close()


async def _feed(process: Maker, order: Order, lines: AsyncIterator[bytes]) -> None:
    """Write everything, or as much as the maker reads before it ends."""
    if not await asyncio.to_thread(_is_written, process, pickle.dumps(order)):
        return
    async for block in lines:
        if not await asyncio.to_thread(_is_written, process, block):
            return
    await asyncio.to_thread(_is_written, process, END)


def _is_written(process: Maker, block: bytes) -> bool:
    assert process.stdin is not None
    try:
        process.stdin.write(block)
        process.stdin.flush()
    except BrokenPipeError:
        return False
    return True
