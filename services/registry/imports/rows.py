"""Rows as they are staged: the values of a line of a register in the vocabulary of Vipu, and its problems."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Final

from services.kernel.text import clean_line
from services.registry.organisations.terms import normal_business_id
from services.registry.projects.parts import FIRST_DAY, LAST_DAY
from services.registry.projects.terms import ProjectKind, ProjectScope

from .reading.formats import ListFormat
from .reading.ledger import Row, printable
from .repair import is_programme_part
from .terms import MONEY, NATIONAL_PART, STATUSES, IgnoredReason, Rule, Severity

_CODE = re.compile(r"[A-Za-z0-9._:+-]{1,64}")
_TIME = r"(?:[T ]\d{1,2}[:.]\d{2}(?:[:.]\d{2}(?:\.\d+)?)?)?"
_FINNISH_DAY = re.compile(r"(\d{1,2})\. ?(\d{1,2})\. ?(\d{4})" + _TIME)
_AMOUNT = re.compile(r"-?\d{1,12}([.,]\d{1,2})?")
_WHOLE_AMOUNT = re.compile(r"\d{1,12}", re.ASCII)
# Both signs stand in the amount, so that neither can be taken for the other: 1.234,56 and 1,234.56.
_GROUPED_AMOUNT = re.compile(r"-?\d{1,3}(?:(?:\.\d{3})+,|(?:,\d{3})+\.)\d{1,2}")
_CURRENCY = re.compile(r"€|^eur|eur(?:oa)?$", re.IGNORECASE)
# What a workbook shows for zero where the cell has the format of accounting, saved as text.
_ACCOUNTED_ZERO: Final = "-€"
# A formula whose value the workbook does not hold, or the error that the formula gave.
_NOT_CALCULATED = re.compile(r"=.*|#(NULL!|DIV/0!|VALUE!|REF!|NAME\?|NUM!|N/A)", re.DOTALL)
_MAX_LENGTHS: Final = {"name": 300, "authority": 300, "beneficiary": 300, "summary": 20_000}
_MAX_LENGTH: Final = 100
_SHOWN: Final = 200
_MINUS: Final = "\N{MINUS SIGN}"
# Days of workbooks whose cells lost their format: counted from this day, between 1990 and 2149.
_SERIAL_ZERO: Final = date(1899, 12, 30)
_SERIAL = re.compile(r"([3-8]\d{4})(?:[.,]\d+)?")


@dataclass(frozen=True, slots=True)
class Finding:
    """A problem in one column of a row."""

    severity: Severity
    column: str
    rule: Rule | IgnoredReason
    value: str

    def as_json(self) -> dict[str, str]:
        """Return the finding in the form in which it is stored, with the beginning of the value."""
        return {
            "severity": self.severity,
            "column": self.column,
            "rule": self.rule,
            "value": printable(self.value[:_SHOWN]),
        }


@dataclass(slots=True)
class StagedRow:
    """A row in the vocabulary of Vipu. An error among the findings rejects it."""

    line: int
    values: dict[str, str] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)

    @property
    def rejected(self) -> bool:
        """Whether an error rejects the row."""
        return any(finding.severity is Severity.error for finding in self.findings)

    def reject(self, column: str, rule: Rule, value: str) -> None:
        """Reject the row for this reason."""
        self.findings.append(Finding(Severity.error, column, rule, value))


class Refused(Exception):
    """The value of a cell does not fit its column."""

    def __init__(self, rule: Rule) -> None:
        super().__init__(rule)
        self.rule = rule


def read_row(known: ListFormat, line: Row) -> StagedRow:
    """Return the row in the vocabulary of Vipu. It never raises: findings describe what is wrong."""
    row = StagedRow(line.number)
    if line.mixed_encoding:
        row.findings.append(Finding(Severity.warning, "", Rule.mixed_encoding, ""))
    for column, cell in line.cells.items():
        if cell and (meaning := known.columns[column]):
            _read_cell(row, column, meaning, cell)
    if not known.required <= row.values.keys():
        _reject_missing(row, known)
    _judge(row)
    return row


def _reject_missing(row: StagedRow, known: ListFormat) -> None:
    refused = {finding.column for finding in row.findings}
    for column, meaning in known.columns.items():
        if meaning in known.required and meaning not in row.values and column not in refused:
            row.reject(column, Rule.missing, "")


def _read_cell(row: StagedRow, column: str, meaning: str, cell: str) -> None:
    text = " ".join(cell.split())
    if not text:
        return
    if text[0] in "=#" and _NOT_CALCULATED.fullmatch(text):
        row.reject(column, Rule.not_calculated, text)
        return
    try:
        row.values[meaning] = _READERS.get(meaning, str)(_short_enough(meaning, clean_line(text)))
    except Refused as refused:
        row.reject(column, refused.rule, text)
    except ValueError:
        row.reject(column, Rule.not_clean, text)


def _short_enough(meaning: str, text: str) -> str:
    if len(text) > _MAX_LENGTHS.get(meaning, _MAX_LENGTH):
        raise Refused(Rule.too_long)
    return text


def _code(text: str) -> str:
    if not _CODE.fullmatch(text):
        raise Refused(Rule.not_clean)
    return text


def _day(text: str) -> str:
    """Return the ISO form of an ISO day, a Finnish day or a serial number of a workbook. Raises Refused."""
    try:
        day = _read_day(text)
    except (ValueError, OverflowError) as error:
        raise Refused(Rule.not_a_day) from error
    if not FIRST_DAY <= day <= LAST_DAY:
        raise Refused(Rule.not_a_day)
    return day.isoformat()


def _read_day(text: str) -> date:
    if finnish := _FINNISH_DAY.fullmatch(text):
        day, month, year = finnish.groups()
        return date(int(year), int(month), int(day))
    if serial := _SERIAL.fullmatch(text):
        return _SERIAL_ZERO + timedelta(days=int(serial[1]))
    return date.fromisoformat(text[:10] if text[10:].startswith(("T", " ")) else text)


def _amount(text: str) -> str:
    """Return the amount with two decimals, as people and programs write it. Raises Refused."""
    if _WHOLE_AMOUNT.fullmatch(text):
        return f"{int(text)}.00"
    plain = text.replace(" ", "").replace(_MINUS, "-")
    if plain == _ACCOUNTED_ZERO:
        return "0.00"
    plain = _CURRENCY.sub("", plain)
    if _GROUPED_AMOUNT.fullmatch(plain):
        plain = f"{re.sub('[.,]', '', plain[:-3])}{plain[-3:]}"
    if not _AMOUNT.fullmatch(plain) or not plain.isascii():
        raise Refused(Rule.not_an_amount)
    return f"{Decimal(plain.replace(',', '.')):.2f}"


def _status(text: str) -> str:
    known = STATUSES.get(text.lower())
    if known is None:
        raise Refused(Rule.unknown_status)
    return known.value


def _part(text: str) -> str:
    if not is_programme_part(text):
        raise Refused(Rule.unknown_programme_part)
    return text


def _business_id(text: str) -> str:
    try:
        return normal_business_id(text)
    except ValueError as error:
        raise Refused(Rule.not_a_business_id) from error


_READERS: Final[Mapping[str, Callable[[str], str]]] = {
    "code": _code,
    "state": _status,
    "starts_on": _day,
    "ends_on": _day,
    "programme_part": _part,
    "business_id": _business_id,
    **dict.fromkeys(MONEY, _amount),
}


def _judge(row: StagedRow) -> None:
    """Check the rules that concern several columns, and set the kind and the scope."""
    values = row.values
    if values.get("starts_on", "") > values.get("ends_on", "9999-12-31"):
        row.reject("ends_on", Rule.ends_before_it_starts, values["ends_on"])
    if Decimal(values.get("realised", "0")) > Decimal(values.get("granted", "Infinity")):
        exceeding = Finding(
            Severity.warning, "realised", Rule.realised_exceeds_granted, f"{values['realised']} > {values['granted']}"
        )
        row.findings.append(exceeding)
    national = values.get("programme_part") == NATIONAL_PART
    values["kind"] = ProjectKind.national if national else ProjectKind.regional
    values["scope"] = ProjectScope.national if national else ProjectScope.regional
