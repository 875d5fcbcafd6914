"""Vocabulary of rows."""

from enum import StrEnum


class Verdict(StrEnum):
    """The effect of applying a row."""

    new = "new"
    changed = "changed"
    # Nothing that is shown changes.
    same = "same"
    # The file has another value for what a person has said: the person's value stays.
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
    unknown_code = "unknown-code"
    unknown_area = "unknown-area"
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
