"""The maker: the process that makes a file, as this process starts, feeds and ends it. One file is made at a time."""

import asyncio
import os
import pickle
import sys
import tempfile
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from typing import IO, Final

import structlog

from services.contracts.words import Phrase
from services.kernel.web.errors import ExportBusy, Unavailable

from . import making
from .making import END, Order

log = structlog.get_logger()

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
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        making.__name__,
        env={**_environment(), "TMPDIR": folder},
        stdin=PIPE,
        stdout=file,
        # Ctrl-C in the terminal ends this process, which then ends the maker.
        start_new_session=True,
    )
    try:
        await _feed(process, order, lines)
        code = await process.wait()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    if code:
        log.warning("export.failed", exit_code=code)
        raise Unavailable(Phrase("details.export-not-made"), headers=_RETRY)


def _environment() -> dict[str, str]:
    """Return the environment of this process without its secrets."""
    return {name: value for name, value in os.environ.items() if not name.upper().startswith("VIPU_")}


async def _feed(process: Process, order: Order, lines: AsyncIterator[bytes]) -> None:
    """Write everything, or as much as the maker reads before it ends."""
    if not await _is_written(process, pickle.dumps(order)):
        return
    async for block in lines:
        if not await _is_written(process, block):
            return
    await _is_written(process, END)


async def _is_written(process: Process, block: bytes) -> bool:
    assert process.stdin is not None
    try:
        process.stdin.write(block)
        await process.stdin.drain()
    except (BrokenPipeError, ConnectionResetError):
        return False
    return process.returncode is None
