"""Numbers of projects in registers, each in its one normal form: for hand entry, files, filters and search alike."""

import re
import unicodedata
from typing import Final

from services.contracts.words import InvalidValue

from .terms import IdentifierScheme

_SPACES = re.compile(r"\s+")
# The codes of the EURA registers: a letter and digits, as in `S90041`. People write `s90041`, `S 90041`, `S-90041`.
_EURA: Final = frozenset(
    {IdentifierScheme.eura2007, IdentifierScheme.eura2014, IdentifierScheme.eura2021, IdentifierScheme.ryhmahanke}
)
_LETTER_AND_DIGITS = re.compile(r"([A-Z])[-\u2010-\u2015]?([0-9]+)")
_CODE = re.compile(r"[A-Z0-9._:+-]{1,64}")


def normal_identifier(scheme: IdentifierScheme, text: str) -> str:
    """Return a number of a register in its normal form: without white space, in upper case; an address as it is.

    Raises InvalidValue for what is no code of an EURA register.
    """
    plain = unicodedata.normalize("NFKC", text)
    if scheme is IdentifierScheme.url:
        return text.strip()
    value = _SPACES.sub("", plain).upper()
    if scheme not in _EURA:
        return value
    parts = _LETTER_AND_DIGITS.fullmatch(value)
    code = parts[1] + parts[2] if parts else value
    if not _CODE.fullmatch(code):
        raise InvalidValue("fields.not-an-identifier")
    return code


def normal_forms(text: str) -> set[str]:
    """Return the normal forms that a text has as a number of any register."""
    forms: set[str] = set()
    for scheme in IdentifierScheme:
        try:
            forms.add(normal_identifier(scheme, text))
        except InvalidValue:
            continue
    return forms
