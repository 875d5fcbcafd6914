"""Cells as lists write them: days and amounts in their normal form."""

import re
from datetime import date, timedelta
from decimal import Decimal
from typing import Final

from .rows import Refused
from .terms import Rule

# The days of projects. The driver of PostgreSQL reads the first and the last day of Python as infinity.
FIRST_DAY, LAST_DAY = date(1900, 1, 1), date(2999, 12, 31)
_TIME = r"(?:[T ]\d{1,2}[:.]\d{2}(?:[:.]\d{2}(?:\.\d+)?)?)?"
_FINNISH_DAY = re.compile(r"(\d{1,2})\. ?(\d{1,2})\. ?(\d{4})" + _TIME)
_AMOUNT = re.compile(r"-?\d{1,12}([.,]\d{1,2})?")
_WHOLE_AMOUNT = re.compile(r"\d{1,12}", re.ASCII)
# Both signs stand in the amount, so that neither can be taken for the other: 1.234,56 and 1,234.56.
_GROUPED_AMOUNT = re.compile(r"-?\d{1,3}(?:(?:\.\d{3})+,|(?:,\d{3})+\.)\d{1,2}")
_CURRENCY = re.compile(r"€|^eur|eur(?:oa)?$", re.IGNORECASE)
# What a workbook shows for zero where the cell has the format of accounting, saved as text.
_ACCOUNTED_ZERO: Final = "-€"
_MINUS: Final = "\N{MINUS SIGN}"
# Days of workbooks whose cells lost their format: counted from this day, between 1990 and 2149.
_SERIAL_ZERO: Final = date(1899, 12, 30)
_SERIAL = re.compile(r"([3-8]\d{4})(?:[.,]\d+)?")


def day(text: str) -> str:
    """Return the ISO form of an ISO day, a Finnish day or a serial number of a workbook. Raises Refused."""
    try:
        read = _read_day(text)
    except (ValueError, OverflowError) as error:
        raise Refused(Rule.not_a_day) from error
    if not FIRST_DAY <= read <= LAST_DAY:
        raise Refused(Rule.not_a_day)
    return read.isoformat()


def _read_day(text: str) -> date:
    if finnish := _FINNISH_DAY.fullmatch(text):
        day_of_month, month, year = finnish.groups()
        return date(int(year), int(month), int(day_of_month))
    if serial := _SERIAL.fullmatch(text):
        return _SERIAL_ZERO + timedelta(days=int(serial[1]))
    return date.fromisoformat(text[:10] if text[10:].startswith(("T", " ")) else text)


def amount(text: str) -> str:
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
