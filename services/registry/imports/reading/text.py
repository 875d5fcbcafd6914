"""The physical lines of a text file, whatever its encoding and its line ends are."""

import codecs
import io
import re
from collections.abc import Iterator
from enum import IntEnum
from typing import Final, NamedTuple

from services.contracts.words import Phrase
from services.registry.imports.errors import UnreadableImport

_BLOCK: Final = 1 << 20
_SAMPLE: Final = 1 << 13
_FEWEST_PAIRS: Final = 8
_LINE: Final = re.compile(rb"[^\r\n]*+(?:\r\n|\r|\n)|[^\r\n]++\Z")
_NOT_ASCII: Final = re.compile(rb"[\x80-\xff]")
# A letter of Finnish or Swedish in UTF-8. As Windows text it would be Ã and a sign, which no word has.
_UTF8_LETTER: Final = re.compile(rb"\xc3[\x80-\xbf]")
# The first half of such a letter alone. As Windows text it would be Ã or Â, which stand before capitals only.
_HALF_LETTER: Final = re.compile(rb"[\xc2\xc3](?![A-Z])")
# What people type in Windows text. Other bytes beyond ASCII are more likely the rest of a damaged letter of UTF-8.
_TYPED: Final = frozenset("åäöÅÄÖéÉèÈüÜøØæÆšŠžŽ€\u2013\u2014\u2018\u2019\u201c\u201d…»«\u00b4°§\u00a0".encode("cp1252"))
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


def text_lines(content: bytes) -> Iterator[TextLine]:
    """Yield the physical lines. Raises UnreadableImport where the file is no text."""
    encoding = _whole_encoding(content)
    if encoding is None:
        yield from _mixed_lines(content)
        return
    text = io.TextIOWrapper(io.BytesIO(content), encoding=encoding, errors="replace", newline="")
    for number, line in enumerate(text, start=1):
        damage = Damage.lost if "\ufffd" in line else Damage.none
        yield TextLine(number, line.rstrip("\r\n"), damage)


def _whole_encoding(content: bytes) -> str | None:
    """Return the encoding that all bytes fit, or None where only UTF-8 with exceptions or Windows text is left."""
    for mark, encoding in _WITH_MARK:
        if content.startswith(mark):
            return encoding
    sample = content[:_SAMPLE]
    if b"\x00" in sample:
        return _encoding_with_nul(sample)
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        for begin in range(0, len(content), _BLOCK):
            decoder.decode(content[begin : begin + _BLOCK])
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return None
    return "utf-8-sig"


def _encoding_with_nul(sample: bytes) -> str:
    """Return UTF-16 by the side on which its NULs stand. Raises UnreadableImport."""
    even, odd, pairs = sample[::2].count(0), sample[1::2].count(0), len(sample) // 2
    if pairs >= _FEWEST_PAIRS and max(even, odd) > pairs / 2 and min(even, odd) < pairs / 10:
        return "utf-16-le" if odd > even else "utf-16-be"
    raise UnreadableImport(Phrase("details.import-neither-text-nor-workbook"))


def _mixed_lines(content: bytes) -> Iterator[TextLine]:
    content_is_utf8 = _mostly_utf8(content)
    decode = _decode_utf8 if content_is_utf8 else _decode_windows
    for number, match in enumerate(_LINE.finditer(content), start=1):
        line = match[0].rstrip(b"\r\n")
        text, damage = decode(line.removeprefix(codecs.BOM_UTF8) if number == 1 else line)
        yield TextLine(number, text, damage)


def _mostly_utf8(content: bytes) -> bool:
    """Return whether at least as many lines beyond ASCII have letters of UTF-8 as have none."""
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
    parts, damage, begin = [], Damage.none, 0
    while begin < len(line):
        try:
            parts.append(line[begin:].decode())
            break
        except UnicodeDecodeError as error:
            wrong = begin + error.start
            parts.append(line[begin:wrong].decode())
            typed = line[wrong] in _TYPED
            parts.append(line[wrong : wrong + 1].decode("cp1252") if typed else "\ufffd")
            damage = Damage.mixed if typed and damage is not Damage.lost else Damage.lost
            begin = wrong + 1
    return "".join(parts), damage


def _decode_windows(line: bytes) -> tuple[str, Damage]:
    """Return the text of a line of Windows text, or of UTF-8 where it has letters of that."""
    if _UTF8_LETTER.search(line):
        text, damage = _decode_utf8(line)
        return text, max(damage, Damage.mixed)
    try:
        return line.decode("cp1252"), Damage.lost if _HALF_LETTER.search(line) else Damage.none
    except UnicodeDecodeError:
        return line.decode("latin-1"), Damage.lost
