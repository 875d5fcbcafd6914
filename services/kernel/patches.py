"""JSON merge patches (RFC 7396): an absent field is not changed; null removes a value, where a field may have none."""

from typing import Any, Final

from pydantic import BaseModel, Field

# The default of a patch's field: `name: LocalizedLine = UNCHANGED` may be left out but may not be null.
UNCHANGED: Final[Any] = Field(default_factory=lambda: None)


def changes(patch: BaseModel) -> dict[str, object]:
    """Return the values of the fields that the caller sent, by field name."""
    return {name: getattr(patch, name) for name in patch.model_fields_set}
