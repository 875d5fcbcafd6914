"""Vocabulary of imports."""

from enum import StrEnum
from typing import Final, NewType
from uuid import UUID

ImportId = NewType("ImportId", UUID)

# Rows that are staged and applied together, so that statements stay small for files of any size.
CHUNK_ROWS: Final = 1000
# Lines of a file, blank ones included.
MAX_ROWS: Final = 250_000
# The beginning of a line that is no row, as it is stored.
MAX_LINE_TEXT: Final = 1000
# A workbook is a zip: what it would unpack to is bounded as well. Lists pack to a tenth; a bomb packs to a thousandth.
MAX_UNPACKED_BYTES: Final = 500 * 1024 * 1024
SAFE_UNPACKED_BYTES: Final = 100 * 1024 * 1024
MAX_PACKED_TIMES: Final = 100


class Format(StrEnum):
    """The registers whose lists can be imported."""

    esr_2007_2013 = "esr_2007_2013"
    esr_2007_2013_raw = "esr_2007_2013_raw"
    esr_2014_2020 = "esr_2014_2020"
    eura_2021 = "eura_2021"


class ImportState(StrEnum):
    """The state of an import."""

    uploaded = "uploaded"
    analysed = "analysed"
    applying = "applying"
    applied = "applied"
    undone = "undone"
    failed = "failed"
