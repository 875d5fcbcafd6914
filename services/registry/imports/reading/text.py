"""The physical lines of a text file, whatever its encoding and its line ends are."""

import codecs
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum
from typing import Final, NamedTuple

from services.contracts.words import Phrase
from services.registry.imports.errors import UnreadableImport

_BLOCK: Final = 1 << 20
_SAMPLE: Final = 1 << 13
_FEWEST_PAIRS: Final = 8
_NOT_TEXT: Final = re.compile(rb"[\x00-\x08\x0e-\x1f]")
_MOST_NOT_TEXT: Final = 0.01
_LOST: Final = re.compile("[\ufffd\0]")
_LINE: Final = re.compile(rb"[^\r\n]*+(?:\r\n|\r|\n)|[^\r\n]++\Z")
_NOT_ASCII: Final = re.compile(rb"[\x80-\xff]")
# An accented character of Finnish or Swedish in UTF-8. As Windows text it would be Ã and a sign, which no word has.
_UTF8_LETTER: Final = re.compile(rb"\xc3[\x80-\xbf]")
# The first half of such a character alone. As Windows text it would be Ã or Â, which stand before capitals only.
_HALF_LETTER: Final = re.compile(rb"[\xc2\xc3](?![A-Z])")
# What people type in Windows text. Other bytes beyond ASCII are more likely the rest of a damaged character of UTF-8.
_TYPED: Final = frozenset("åäöÅÄÖéÉèÈüÜøØæÆšŠžŽ€\u2013\u2014\u2018\u2019\u201c\u201d…»«\u00b4°§\u00a0".encode("cp1252"))
# The name under which Python knows how to go on at bytes that are no UTF-8.
_AS_TYPED: Final = "vipu-as-typed"
_WITH_MARK: Final = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


class Damage(IntEnum):
    """How much is wrong with the bytes of a line."""

    none = 0
    # Some bytes are in another encoding than the file. The text is right.
    mixed = 1
    # The text is not what was meant.
    lost = 2


class TextLine(NamedTuple):
    """One physical line without its end."""

    number: int
    text: str
    damage: Damage = Damage.none


@dataclass(frozen=True, slots=True)
class Text:
    """A text with its encoding: one that all bytes fit, or none, and then the one that most lines have."""

    content: bytes
    encoding: str | None
    mostly_utf8: bool

    def lines(self) -> Iterator[TextLine]:
        """Yield the physical lines from the beginning."""
        return self._mixed_lines() if self.encoding is None else self._even_lines(self.encoding)

    def _even_lines(self, encoding: str) -> Iterator[TextLine]:
        text = io.TextIOWrapper(io.BytesIO(self.content), encoding=encoding, errors="replace", newline="")
        for number, line in enumerate(text, start=1):
            yield TextLine(number, line.rstrip("\r\n"), Damage.lost if _LOST.search(line) else Damage.none)

    def _mixed_lines(self) -> Iterator[TextLine]:
        decode = _decode_utf8 if self.mostly_utf8 else _decode_windows
        for number, match in enumerate(_LINE.finditer(self.content), start=1):
            line = match[0].rstrip(b"\r\n")
            text, damage = decode(line.removeprefix(codecs.BOM_UTF8) if number == 1 else line)
            yield TextLine(number, text, Damage.lost if _LOST.search(text) else damage)


def text_of(content: bytes) -> Text:
    """Return the text. Raises UnreadableImport where the file is none."""
    encoding = _whole_encoding(content)
    return Text(content, encoding, mostly_utf8=encoding is None and _mostly_utf8(content))


def _whole_encoding(content: bytes) -> str | None:
    for mark, encoding in _WITH_MARK:
        if content.startswith(mark):
            return encoding
    if wide := _wide_encoding(content[:_SAMPLE]):
        return wide
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        for begin in range(0, len(content), _BLOCK):
            decoder.decode(content[begin : begin + _BLOCK])
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return None
    return "utf-8-sig"


def _wide_encoding(sample: bytes) -> str | None:
    """Return UTF-16 by the side on which its NULs stand, or None. Raises UnreadableImport where it is no text."""
    even, odd, pairs = sample[::2].count(0), sample[1::2].count(0), len(sample) // 2
    if pairs >= _FEWEST_PAIRS and max(even, odd) > pairs / 2 and min(even, odd) < pairs / 10:
        return "utf-16-le" if odd > even else "utf-16-be"
    if len(_NOT_TEXT.findall(sample)) > len(sample) * _MOST_NOT_TEXT:
        raise UnreadableImport(Phrase("details.import-neither-text-nor-workbook"))
    return None


def _mostly_utf8(content: bytes) -> bool:
    """Return whether at least as many lines beyond ASCII are in UTF-8, in part at least, as are not."""
    if content.startswith(codecs.BOM_UTF8):
        return True
    balance = 0
    for match in _LINE.finditer(content):
        if _NOT_ASCII.search(match[0]):
            balance += 1 if _UTF8_LETTER.search(match[0]) or _is_utf8(match[0]) else -1
    return balance >= 0


def _is_utf8(line: bytes) -> bool:
    try:
        line.decode()
    except UnicodeDecodeError:
        return False
    return True


def _decode_utf8(line: bytes) -> tuple[str, Damage]:
    """Return the text of a line of UTF-8 in which single bytes may be Windows text."""
    if _is_utf8(line):
        return line.decode(), Damage.none
    return line.decode("utf-8", errors=_AS_TYPED), Damage.mixed


def _as_typed(error: UnicodeError) -> tuple[str, int]:
    """Return bytes that are no UTF-8 as Windows text where people type it, else the mark of a lost character."""
    if not isinstance(error, UnicodeDecodeError):
        raise error
    wrong = error.object[error.start : error.end]
    return wrong.decode("cp1252") if _TYPED.issuperset(wrong) else "\ufffd", error.end


codecs.register_error(_AS_TYPED, _as_typed)


def _decode_windows(line: bytes) -> tuple[str, Damage]:
    """Return the text of a line of Windows text, or of UTF-8 where some of it is."""
    if _UTF8_LETTER.search(line):
        text, damage = _decode_utf8(line)
        return text, max(damage, Damage.mixed)
    try:
        return line.decode("cp1252"), Damage.lost if _HALF_LETTER.search(line) else Damage.none
    except UnicodeDecodeError:
        return line.decode("latin-1"), Damage.lost
