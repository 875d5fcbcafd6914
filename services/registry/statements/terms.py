"""Vocabulary of statements."""

from typing import Annotated, Final, NewType
from uuid import UUID

from pydantic import Field

from services.kernel.background.messages import JsonValue

StatementId = NewType("StatementId", UUID)
# The list that a statement comes from, such as `eura_2021`: the list itself, whatever the form of its file.
ListKind = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{1,39}$", examples=["esr_2014_2020"])]

# A field → the key of a line → what is said. A field with one value has the key `ONLY`.
Facts = dict[str, dict[str, JsonValue]]
ONLY: Final = ""

# The fields with one value. `state` is one too: its value holds the state, its first day and its reason.
SINGLE: Final = (
    "kind",
    "scope",
    "decision_on",
    "programme_period",
    "fund",
    "priority_axis",
    "specific_objective",
    "programme_part",
)
STATE: Final = "state"
# The texts: the key is the language.
TEXTS: Final = ("name", "summary", "goals", "background")
# The lists: a line's key is made of these of its members, the others are its value. The first members of a key are
# the part of it that is one field in a list: a newer list replaces the lines that have the same.
KEY_MEMBERS: Final[dict[str, tuple[str, ...]]] = {
    "dates": ("kind", "source"),
    "parties": ("role", "organisation_id"),
    "funding": ("kind", "source", "currency"),
    "areas": ("meaning", "scheme", "code"),
    "topics": ("scheme", "code"),
    "milestones": ("first_on", "name"),
}
GROUP_MEMBERS: Final[dict[str, int]] = {
    "dates": 1,
    "parties": 1,
    "funding": 3,
    "areas": 2,
    "topics": 1,
    "milestones": 2,
}
# The order in which lines of lists are shown, by the first member of their key: an object of JSON has no order.
RANKS: Final[dict[str, int]] = {
    name: place
    for kinds in (
        ("planned_start", "planned_end", "actual_start", "actual_end"),
        ("planned", "granted", "realised", "paid"),
    )
    for place, name in enumerate(kinds)
}
# Members that only an answer has.
DERIVED_MEMBERS: Final = frozenset({"parts", "organisation_name", "last_on"})
