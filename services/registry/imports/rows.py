"""Reading of rows: the cells of a line become the values of a row in the vocabulary of Vipu, and its problems."""

import re

from services.kernel.text import clean_line
from services.registry.nouns.rows import Field, Refused, RowReader, StagedRow
from services.registry.nouns.terms import Rule

from .reading.formats import ListFormat
from .reading.ledger import Row

# A formula whose value the workbook does not hold, or the error that the formula gave.
_NOT_CALCULATED = re.compile(r"=.*|#(NULL!|DIV/0!|VALUE!|REF!|NAME\?|NUM!|N/A)", re.DOTALL)


def read_row(known: ListFormat, reader: RowReader, line: Row) -> StagedRow:
    """Return the row in the vocabulary of Vipu. It never raises: findings describe what is wrong."""
    row = StagedRow(line.number)
    if line.mixed_encoding:
        row.warn("", Rule.mixed_encoding, "")
    for column, cell in line.cells.items():
        if cell and (name := known.columns[column]):
            _read_cell(row, column, name, cell, reader.fields[name])
    if not known.required <= row.values.keys():
        _reject_missing(row, known)
    reader.check(row)
    return row


def _reject_missing(row: StagedRow, known: ListFormat) -> None:
    refused = {finding.column for finding in row.findings}
    for column, name in known.columns.items():
        if name in known.required and name not in row.values and column not in refused:
            row.reject(column, Rule.missing, "")


def _read_cell(row: StagedRow, column: str, name: str, cell: str, field: Field) -> None:
    text = " ".join(cell.split())
    if not text:
        return
    if text[0] in "=#" and _NOT_CALCULATED.fullmatch(text):
        row.reject(column, Rule.not_calculated, text)
        return
    try:
        row.values[name] = field.read(_short_enough(clean_line(text), field))
    except Refused as refused:
        row.reject(column, refused.rule, text)
    except ValueError:
        row.reject(column, Rule.not_clean, text)


def _short_enough(text: str, field: Field) -> str:
    if len(text) > field.max_length:
        raise Refused(Rule.too_long)
    return text
