"""Every line of two hundred files, as offices save them, is a row, an ignored line or a rejected line."""

import pytest

from services.registry.imports.importers import FORMATS
from services.registry.imports.reading.ledger import Ignored, Rejected, Row
from services.registry.imports.reading.reader import open_list
from services.registry.imports.rows import read_row
from services.registry.projects import list_formats
from services.registry.projects.list_fields import Codes, row_reader
from tests.registry.list_corpus import text_sample
from tests.registry.workbook_corpus import workbook_sample

TEXTS, WORKBOOKS, GROUP = 130, 70, 10
# A column that has no meaning here.
WITHOUT_MEANING = {"website"}
CODES = Codes(frozenset({"ESR", "ESR+", "EAKR", "JTF"}), {"FI193": "nuts3_2021"})
READERS = {known.name: row_reader(known, CODES) for known in list_formats.FORMATS}


def check(sample):
    """Assert that the file has the lines, the rows and the rejected lines that it was made with."""
    file = open_list(sample.content, list(FORMATS.values()))
    lines = list(file.lines())
    assert [line.number for line in lines] == list(range(1, sample.lines + 1)), sample.name
    staged = {
        line.number: read_row(file.format, READERS[file.format.name], line) for line in lines if isinstance(line, Row)
    }
    rejected = {line.number for line in lines if isinstance(line, Rejected)}
    rejected |= {number for number, row in staged.items() if row.rejected}
    assert rejected == sample.rejected, sample.name
    ignored = sum(isinstance(line, Ignored) for line in lines)
    assert ignored + len(sample.rows) + len(sample.rejected) == sample.lines, sample.name
    values = {number: row.values for number, row in staged.items() if not row.rejected}
    expected = {
        number: {name: value for name, value in row.items() if value and name not in WITHOUT_MEANING}
        for number, row in sample.rows.items()
    }
    assert values == expected, sample.name
    assert (file.format.name, file.sheet) == (sample.format, sample.sheet), sample.name
    assert (file.ignored_columns, file.list_on) == (sample.ignored_columns, sample.list_on), sample.name
    assert {other.name: other.lines for other in file.other_sheets()} == sample.other_sheets, sample.name


@pytest.mark.parametrize("first", range(0, TEXTS, GROUP))
def test_every_line_of_a_text_is_counted_and_every_value_is_right(first):
    for number in range(first, first + GROUP):
        check(text_sample(number))


@pytest.mark.parametrize("first", range(0, WORKBOOKS, GROUP))
def test_every_line_of_a_workbook_is_counted_and_every_value_is_right(first):
    for number in range(first, first + GROUP):
        check(workbook_sample(number))


def test_the_corpus_has_every_habit():
    texts, workbooks = [text_sample(number) for number in range(TEXTS)], [workbook_sample(n) for n in range(WORKBOOKS)]
    assert len({sample.name.split("-", 1)[1] for sample in [*texts, *workbooks]}) > 140
    assert sum(bool(sample.rejected) for sample in texts) > 20
    assert sum(bool(sample.other_sheets) for sample in workbooks) > 40
    assert sum(len(sample.rows) for sample in [*texts, *workbooks]) > 1_500
