"""Documents as the nouns hand them over to search."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import UUID

from .terms import Noun, Weight


@dataclass(frozen=True, slots=True)
class Document:
    """One row of a noun, as far as search knows it.

    `texts` are further texts of its own, each with its weight. `related_ids` are documents whose names find this one
    too, beside a word of its own; `labels` are other names that do.
    """

    id: UUID
    noun: Noun
    kind: str
    name: dict[str, str]
    sort_key: str
    state: str | None = None
    slug: str | None = None
    texts: Sequence[tuple[Weight, str]] = ()
    numbers: Sequence[str] = ()
    labels: Sequence[str] = ()
    related_ids: Sequence[UUID] = field(default=())
