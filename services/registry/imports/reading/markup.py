"""Reading of the XML parts of a workbook in blocks, with a bound on what is held at a time."""

from collections.abc import Iterator, Mapping
from typing import IO, Final
from xml.parsers import expat

from services.contracts.words import Phrase
from services.registry.imports.errors import UnreadableImport

_BLOCK: Final = 1 << 16
# Elements of a part that is read whole: styles, names of sheets, relations.
_MAX_ELEMENTS: Final = 500_000

Attributes = Mapping[str, str]


def new_parser() -> expat.XMLParserType:
    """Return a parser that refuses declarations of entities, which could make a small part endless."""
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.EntityDeclHandler = _refuse_entity
    return parser


def feed(parser: expat.XMLParserType, part: IO[bytes]) -> Iterator[None]:
    """Parse the part, and stop after each block. The end of the part is read, so its checksum is compared."""
    while block := part.read(_BLOCK):
        parser.Parse(block)
        yield
    parser.Parse(b"", True)  # noqa: FBT003 - It has no name.
    yield


def elements(part: IO[bytes]) -> Iterator[tuple[str, Attributes]]:
    """Yield the local name and the attributes, by local name, of every element of a small part."""
    found: list[tuple[str, Attributes]] = []

    def begin(name: str, attributes: dict[str, str]) -> None:
        found.append((local(name), {local(key): value for key, value in attributes.items()}))
        if len(found) > _MAX_ELEMENTS:
            raise too_large()

    parser = new_parser()
    parser.StartElementHandler = begin
    for _ in feed(parser, part):
        pass
    yield from found


def local(name: str) -> str:
    """Return the name without the prefix of its name space."""
    return name.rpartition(":")[2]


def too_large() -> UnreadableImport:
    """Return the failure of a workbook that would take far more memory than its size."""
    return UnreadableImport(Phrase("details.import-workbook-too-large"))


def _refuse_entity(*_: object) -> None:
    raise UnreadableImport(Phrase("details.import-workbook-damaged"))
