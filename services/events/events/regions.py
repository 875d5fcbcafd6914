"""The scope of an event that follows from its type: a major-region event is regional and has an area."""

from collections.abc import Mapping

from services.contracts.vocabulary import EventScope, EventType
from services.contracts.words import Phrase
from services.kernel.web.errors import Invalid, InvalidField


def with_scope(values: Mapping[str, object], *, before: Mapping[str, object]) -> dict[str, object]:
    """Return new values of an event with the scope that its type requires, whatever scope they say.

    `before` has the present values, or is empty for a new event. An event without an area that got none so far may
    change in other ways.
    Raises: Invalid (a major-region event would have no area).
    """
    after = {**before, **values}
    if after["type"] != EventType.major_region_event:
        return dict(values)
    if not after["areas"] and values.keys() & {"type", "areas"}:
        raise Invalid(errors=[InvalidField("/body/areas", "area-required", Phrase("fields.area-required"))])
    others = {name: value for name, value in values.items() if name != "scope"}
    return others if before.get("scope") == EventScope.regional else {**others, "scope": EventScope.regional}
