"""The shared texts of a workbook, kept on the disk: a long list has as many of them as it has rows."""

import os
import re
import tempfile
import weakref
from array import array
from collections.abc import Iterator
from typing import IO, Final

from .markup import feed, local, new_parser, too_large

_MOST_TEXT: Final = 1_000_000
_MOST_ELEMENTS: Final = 100_000
_REMEMBERED: Final = 5_000
# How a workbook writes characters that XML cannot hold, e.g. a carriage return.
_ESCAPED: Final = re.compile("_x([0-9A-Fa-f]{4})_")


def plain_text(text: str) -> str:
    """Return the text with its escaped characters as themselves."""
    return _ESCAPED.sub(_unescaped, text) if "_x" in text else text


def _unescaped(match: re.Match[str]) -> str:
    character = chr(int(match[1], 16))
    # Neither a NUL nor half a character is a text.
    return match[0] if character == "\0" or "\ud800" <= character <= "\udfff" else character


class SharedStrings:
    """The shared texts by their places. They are stored as far as they have been asked for."""

    def __init__(self, part: IO[bytes] | None) -> None:
        self._file = tempfile.TemporaryFile()  # noqa: SIM115 - It lives as long as the texts.
        weakref.finalize(self, self._file.close)
        # Four bytes a text: the limit of what a workbook unpacks to is below their end.
        self._ends = array("I", [0])
        self._remembered: dict[int, str] = {}
        self._stored = self._store(part) if part is not None else iter(())

    def at(self, place: int) -> str:
        """Return the text. Raises IndexError."""
        known = self._remembered.get(place)
        return self._read(place) if known is None else known

    def _read(self, place: int) -> str:
        while place >= len(self._ends) - 1:
            if next(self._stored, None) is None:
                raise IndexError(place)
        begin, end = self._ends[place], self._ends[place + 1]
        text = os.pread(self._file.fileno(), end - begin, begin).decode()
        # The first texts are the words of the header and of whatever most rows repeat.
        if len(self._remembered) < _REMEMBERED:
            self._remembered[place] = text
        return text

    def _store(self, part: IO[bytes]) -> Iterator[int]:
        """Store the texts block by block. Yields the number of the texts so far."""
        texts = _Texts()
        parser = new_parser()
        parser.StartElementHandler, parser.EndElementHandler = texts.begin, texts.end
        parser.CharacterDataHandler = texts.add
        for _ in feed(parser, part):
            for text in texts.ready:
                encoded = text.encode("utf-8", "replace")
                self._file.write(encoded)
                self._ends.append(self._ends[-1] + len(encoded))
            texts.ready.clear()
            self._file.flush()
            yield len(self._ends) - 1


class _Texts:
    """Handlers of the texts: runs of one text are joined, and the reading aids of East Asian texts left out."""

    def __init__(self) -> None:
        self.ready: list[str] = []
        self._runs: list[str] = []
        self._size = self._elements = self._aids = 0
        self._in_text = False

    def begin(self, name: str, _: dict[str, str]) -> None:
        name = local(name)
        self._elements += 1
        if self._elements > _MOST_ELEMENTS:
            raise too_large()
        if name == "si":
            self._runs, self._size, self._elements = [], 0, 0
        elif name == "rPh":
            self._aids += 1
        self._in_text = name == "t" and not self._aids

    def end(self, name: str) -> None:
        name = local(name)
        self._in_text = False
        if name == "si":
            self.ready.append(plain_text("".join(self._runs)))
        elif name == "rPh":
            self._aids -= 1

    def add(self, text: str) -> None:
        if self._in_text:
            self._size += len(text)
            if self._size > _MOST_TEXT:
                raise too_large()
            self._runs.append(text)
