"""Validation: pydantic's findings as the `errors` of a problem document, with messages in the reader's language."""

from collections.abc import Mapping, Sequence
from typing import Final

from services.contracts.words import COUNT, InvalidValue, Phrase, Value, has_text, placeholders_of
from services.kernel.web.errors import InvalidField

_MOST_FIELDS: Final = 50
_UNKNOWN_FIELD: Final = "extra_forbidden"
# The names in pydantic's context of a count, of the bound of a value, and of the allowed values.
_COUNTS: Final = ("min_length", "max_length", "max_digits", "decimal_places", "whole_digits")
_LIMITS: Final = ("gt", "ge", "lt", "le", "multiple_of")
_ALLOWED: Final = ("expected", "expected_tags", "expected_schemes")


def invalid_fields(findings: Sequence[Mapping[str, object]]) -> list[InvalidField]:
    """Return at most fifty findings as fields of a problem document, without the refused values."""
    return [
        InvalidField(pointer=_pointer(finding.get("loc")), code=_code(finding), message=_message(finding))
        for finding in findings[:_MOST_FIELDS]
    ]


def _pointer(location: object) -> str:
    parts = location if isinstance(location, tuple | list) else ()
    return "".join("/" + str(part)[:80].replace("~", "~0").replace("/", "~1") for part in parts)


def _code(finding: Mapping[str, object]) -> str:
    kind = str(finding.get("type", "invalid"))
    if kind != _UNKNOWN_FIELD:
        return kind.replace("_", "-")
    location = finding.get("loc")
    in_query = isinstance(location, tuple | list) and bool(location) and location[0] == "query"
    return "unknown-parameter" if in_query else "unknown-field"


def _message(finding: Mapping[str, object]) -> Phrase:
    """Return the phrase of a validator of Vipu, else the text for pydantic's error type, else the general text."""
    context = finding.get("ctx")
    context = context if isinstance(context, Mapping) else {}
    failure, code = context.get("error"), _code(finding)
    if isinstance(failure, InvalidValue):
        return failure.phrase
    if code == "unknown-parameter":
        return Phrase("fields.unknown-parameter")
    if code == "unknown-field":
        return Phrase("fields.unknown-field")
    return _of_type(code, context)


def _of_type(code: str, context: Mapping[str, object]) -> Phrase:
    key = f"validation.{code}"
    needed = placeholders_of(key) if has_text(key) else frozenset()
    known = {name: _plain(value) for name, value in _named(context).items() if name in needed and value is not None}
    if not has_text(key) or known.keys() != needed:
        return Phrase("validation.invalid")
    return Phrase(f"validation.{code}", **known)


def _named(context: Mapping[str, object]) -> Mapping[str, object]:
    """Return pydantic's context by the names of the placeholders in the texts."""
    return {
        COUNT: _first(context, _COUNTS),
        "limit": _first(context, _LIMITS),
        "expected": _listed(_first(context, _ALLOWED)),
        "pattern": context.get("pattern"),
        "field": _listed(context.get("discriminator")),
    }


def _first(context: Mapping[str, object], names: Sequence[str]) -> object:
    return next((context[name] for name in names if context.get(name) is not None), None)


def _listed(quoted: object) -> str | None:
    """Return pydantic's `'a', 'b' or 'c'` as `a, b, c`, which needs no translation."""
    return None if quoted is None else str(quoted).replace("' or '", "', '").replace("'", "")


def _plain(value: object) -> Value:
    return value if isinstance(value, int) else str(value)
