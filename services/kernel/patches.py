"""JSON merge patches (RFC 7396): an absent member is not changed; null removes a value, where there may be none."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, get_args

from pydantic import BaseModel, Field, TypeAdapter, ValidationError

from services.contracts.words import Phrase
from services.kernel.validation import invalid_fields
from services.kernel.web.errors import Invalid, InvalidField

# The default of a patch's field: `name: LocalizedLinePatch = UNCHANGED` may be left out but may not be null.
UNCHANGED: Final[Any] = Field(default_factory=lambda: None)


@dataclass(frozen=True, slots=True)
class MergedText:
    """A mark in the type of a patch's text in several languages; `whole` validates the text as it is stored."""

    whole: TypeAdapter[dict[str, str]]


def changes(patch: BaseModel) -> dict[str, object]:
    """Return the values of the fields that the caller sent, by field name."""
    return {name: getattr(patch, name) for name in patch.model_fields_set}


def merge(stored: object, patch: object) -> object:
    """Return the stored JSON value as the patch changes it; no argument is changed.

    Source: RFC 7396, section 2.
    """
    if not isinstance(patch, Mapping):
        return patch
    merged = dict(stored) if isinstance(stored, Mapping) else {}
    for name, value in patch.items():
        if value is None:
            merged.pop(name, None)
        else:
            merged[name] = merge(merged.get(name), value)
    return merged


def merged_changes(patch: BaseModel, stored: Mapping[str, object]) -> dict[str, object]:
    """Return the new whole values, by name, of the fields that the patch really changes.

    Objects are merged member by member; lists and all other values replace the stored ones. `stored` has the present
    values by field name, models as dictionaries; a sent field that it lacks is returned as it was sent. An optional
    object whose last member the patch removes becomes null.
    Raises: Invalid (a required object would lose its last member; a merged object is not valid as a whole).
    """
    sent = {name: _plain(value) for name, value in changes(patch).items()}
    whole = {name: _whole(patch, name, merge(stored.get(name), value)) for name, value in sent.items()}
    return {name: value for name, value in whole.items() if name not in stored or stored[name] != value}


def stored_values(row: object, patch: BaseModel) -> dict[str, object]:
    """Return the present values, by name, of the sent fields that are attributes of the row."""
    return {name: getattr(row, name) for name in patch.model_fields_set if hasattr(row, name)}


def _plain(value: object) -> object:
    """Return the value with dictionaries for models: of an object what was sent, of a list its whole items."""
    if isinstance(value, BaseModel):
        return {name: _plain(inner) for name, inner in changes(value).items()}
    if isinstance(value, list):
        return [item.model_dump() if isinstance(item, BaseModel) else item for item in value]
    return value


def _whole(patch: BaseModel, name: str, value: object) -> object:
    """Return the merged value of a field. Raises: Invalid."""
    field = type(patch).model_fields[name]
    mark = next(_marks([field.annotation, *field.metadata]), None)
    if mark is None or value is None:
        return value
    if value == {}:
        if type(None) in get_args(field.annotation):
            return None
        raise Invalid(errors=[InvalidField(f"/body/{name}", "last-language", Phrase("fields.last-language"))])
    try:
        mark.whole.validate_python(value)
    except ValidationError as failure:
        findings = [{**finding, "loc": ("body", name, *finding["loc"])} for finding in failure.errors()]
        raise Invalid(errors=invalid_fields(findings)) from failure
    return value


def _marks(annotations: Iterable[object]) -> Iterator[MergedText]:
    for annotation in annotations:
        if isinstance(annotation, MergedText):
            yield annotation
        yield from _marks(get_args(annotation))
