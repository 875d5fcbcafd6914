"""Objects with open keys, in the form that generators of clients read: a type of the values, a pattern of the keys."""

from services.kernel.openapi.parts import Json, JsonValue


def with_typed_mappings(value: JsonValue) -> JsonValue:
    """Return the value with each `patternProperties` of one pattern as `additionalProperties` and `propertyNames`.

    Generators know no `patternProperties`, and take the values for anything. The new form is also stricter: a key
    that the pattern does not match is refused, as the service refuses it.
    """
    if isinstance(value, list):
        return [with_typed_mappings(inner) for inner in value]
    if not isinstance(value, dict):
        return value
    plain: Json = {name: with_typed_mappings(inner) for name, inner in value.items()}
    patterns = plain.get("patternProperties")
    if not isinstance(patterns, dict) or len(patterns) != 1 or "additionalProperties" in plain:
        return plain
    [(pattern, values)] = patterns.items()
    names = plain.pop("propertyNames", {})
    assert isinstance(names, dict)
    del plain["patternProperties"]
    return {**plain, "additionalProperties": values, "propertyNames": {**names, "pattern": pattern}}
