"""JSON merge patches (RFC 7396): absent means unchanged, null means none and only where none is allowed."""

from typing import Any, Final

from pydantic import BaseModel, Field

# The default of a patch's field: `name: LocalizedLine = UNCHANGED` may be left out but may not be null.
UNCHANGED: Final[Any] = Field(default_factory=lambda: None)


def changes(patch: BaseModel) -> dict[str, object]:
    """Return what the caller really sent, by field name."""
    return {name: getattr(patch, name) for name in patch.model_fields_set}
