"""The values of calls: names in them stand for what earlier calls have made."""

import uuid
from typing import Any


def filled(value: Any, known: dict[str, Any]) -> Any:
    """The value with the known ones in the places of their names."""
    if isinstance(value, dict):
        return {name: filled(inner, known) for name, inner in value.items()}
    if isinstance(value, list):
        return [filled(inner, known) for inner in value]
    if not isinstance(value, str):
        return value
    if value == "$uuid":
        return str(uuid.uuid4())
    if value.startswith("$") and value[1:] in known:
        return known[value[1:]]
    return value.replace("$client", known["client"])
