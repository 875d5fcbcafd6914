"""Vocabulary of imports."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final, NewType
from uuid import UUID

from services.registry.projects.terms import FundingKind, FundingSource, IdentifierScheme, State

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


class Verdict(StrEnum):
    """The effect of applying a row."""

    new = "new"
    changed = "changed"
    same = "same"
    # The file has another value for a field that a person has set: the person's value stays.
    conflict = "conflict"
    rejected = "rejected"
    # The line is no row of the list: a title, the header, a blank line, a sum, a footer.
    ignored = "ignored"


class Severity(StrEnum):
    """Whether a problem rejects the row."""

    error = "error"
    warning = "warning"
    # It says why a line is no row.
    info = "info"


class Rule(StrEnum):
    """The rule that a row does not meet."""

    missing = "missing"
    not_a_day = "not-a-day"
    not_an_amount = "not-an-amount"
    unknown_status = "unknown-status"
    unknown_programme_part = "unknown-programme-part"
    ends_before_it_starts = "ends-before-it-starts"
    duplicate_code = "duplicate-code"
    beyond_repair = "beyond-repair"
    not_clean = "not-clean"
    not_calculated = "not-calculated"
    too_long = "too-long"
    not_yours = "not-yours"
    realised_exceeds_granted = "realised-exceeds-granted"
    not_a_business_id = "not-a-business-id"
    # Some bytes of the line were in another encoding than the file; the text was put right.
    mixed_encoding = "mixed-encoding"
    undecodable = "undecodable"
    unclosed_quote = "unclosed-quote"
    too_many_cells = "too-many-cells"


class IgnoredReason(StrEnum):
    """Why a line of a file is no row of its list."""

    blank = "blank"
    before_header = "before-header"
    separator_line = "separator-line"
    header = "header"
    # A further line of a row, or of the header, whose cell has line breaks.
    continued = "continued"
    total = "total"
    footer = "footer"


@dataclass(frozen=True, slots=True)
class Money:
    """The kind and source of funding that an amount of the file becomes."""

    kind: FundingKind
    source: FundingSource


MONEY: Final[dict[str, Money]] = {
    "granted": Money(FundingKind.granted, FundingSource.eu_and_state),
    "realised": Money(FundingKind.realised, FundingSource.eu_and_state),
    "planned_public": Money(FundingKind.planned, FundingSource.public),
    "realised_public": Money(FundingKind.realised, FundingSource.public),
    "planned_eu_and_state": Money(FundingKind.planned, FundingSource.eu_and_state),
    "planned_total": Money(FundingKind.planned, FundingSource.total),
    "realised_total": Money(FundingKind.realised, FundingSource.total),
    "realised_eu": Money(FundingKind.realised, FundingSource.eu),
}


@dataclass(frozen=True, slots=True)
class Register:
    """The facts that hold for every row of a format."""

    scheme: IdentifierScheme
    programme_period: str
    source: str


_ESR_2007: Final = Register(IdentifierScheme.eura2007, "2007-2013", "rakennerahastot.fi: hankelista 2007-2013")
REGISTERS: Final[dict[Format, Register]] = {
    Format.esr_2007_2013: _ESR_2007,
    Format.esr_2007_2013_raw: _ESR_2007,
    Format.esr_2014_2020: Register(IdentifierScheme.eura2014, "2014-2020", "rakennerahastot.fi: hankelista 2014-2020"),
    Format.eura_2021: Register(IdentifierScheme.eura2021, "2021-2027", "eura2021.fi: hankelista 2021-2027"),
}

NATIONAL_PART: Final = "Valtakunnallinen osio"
REGIONAL_PART_END: Final = " suuralueosio"

# The registers' own words for the states of a project.
STATUSES: Final[dict[str, State]] = {
    "toiminta päättynyt": State.ended,
    "päättynyt": State.ended,
    "toiminnassa": State.running,
    "käynnissä": State.running,
    "keskeytynyt": State.interrupted,
    "keskeytetty": State.interrupted,
    "hyväksytty": State.approved,
    "aloittamatta": State.approved,
    "suljettu": State.closed,
    "peruuntunut": State.cancelled,
    "peruttu": State.cancelled,
}
