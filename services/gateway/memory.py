"""What is remembered between requests: last good answers, and which slug names which coordination project."""

import math
from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Generic, TypeVar
from uuid import UUID

from pydantic import BaseModel

from services.kernel.auth import Principal

from .upstream import Params

Data = TypeVar("Data")

MAX_ANSWERS = 2000
MAX_SLUGS = 1000


@dataclass(frozen=True, slots=True)
class AnswerKey:
    """Whose answer to what. Another caller, or the same with other rights, never gets it."""

    principal: Principal
    service: str
    path: str
    params: Params


@dataclass(frozen=True, slots=True)
class Kept(Generic[Data]):
    """An answer and when it was got."""

    data: Data
    as_of: datetime


class LastGood:
    """The last good answers, the oldest forgotten first. Only figures are ever put here, no rows about persons."""

    def __init__(self, *, keep_for: timedelta) -> None:
        self._keep_for = keep_for
        self._answers: OrderedDict[AnswerKey, Kept[BaseModel]] = OrderedDict()

    def put(self, key: AnswerKey, data: BaseModel, *, now: datetime) -> None:
        """Remember an answer."""
        self._answers[key] = Kept(data, now)
        self._answers.move_to_end(key)
        while len(self._answers) > MAX_ANSWERS:
            self._answers.popitem(last=False)

    def get(self, key: AnswerKey, *, now: datetime) -> Kept[BaseModel] | None:
        """The answer, unless it is too old to be shown."""
        kept = self._answers.get(key)
        if kept is None or now - kept.as_of > self._keep_for:
            return None
        return kept

    def forget(self, key: AnswerKey) -> None:
        """Drop an answer that the caller may no longer have."""
        self._answers.pop(key, None)


@dataclass(frozen=True, slots=True)
class Known:
    """A coordination project as it was last told; slug and name are public facts. `told_at`: the loop's clock."""

    id: UUID
    slug: str | None
    name: dict[str, str] | None
    told_at: float = -math.inf


class Slugs:
    """Coordination projects by id and slug, for the time the registry is away."""

    def __init__(self) -> None:
        self._known: OrderedDict[str, Known] = OrderedDict()

    def put(self, known: Known) -> None:
        """Remember a coordination project."""
        for name in (str(known.id), known.slug):
            if name is not None:
                self._known[name] = known
                self._known.move_to_end(name)
        while len(self._known) > MAX_SLUGS:
            self._known.popitem(last=False)

    def get(self, ref: str) -> Known | None:
        """The coordination project that an id or slug names, as far as is known here."""
        try:
            identifier = UUID(ref)
        except ValueError:
            return self._known.get(ref)
        return self._known.get(str(identifier)) or Known(identifier, None, None)
