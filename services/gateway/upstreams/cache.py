"""What is remembered between requests: each caller's last good answers, and which slug names which project."""

import math
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Generic, TypeVar
from uuid import UUID

from cachetools import FIFOCache
from pydantic import BaseModel

from services.kernel.security.auth import Principal

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
        self._answers: FIFOCache[AnswerKey, Kept[BaseModel]] = FIFOCache(MAX_ANSWERS)

    def put(self, key: AnswerKey, data: BaseModel, *, now: datetime) -> None:
        """Remember an answer."""
        self._answers[key] = Kept(data, now)

    def get(self, key: AnswerKey, *, now: datetime) -> Kept[BaseModel] | None:
        """Return the answer, unless it is too old to be shown."""
        kept = self._answers.get(key)
        if kept is None or now - kept.as_of > self._keep_for:
            return None
        return kept

    def forget(self, key: AnswerKey) -> None:
        """Drop an answer that the caller may no longer have."""
        self._answers.pop(key, None)


@dataclass(frozen=True, slots=True)
class Known:
    """A project that leads as it was last told; a draft is no public fact. `told_at`: the loop's clock."""

    id: UUID
    slug: str | None
    name: dict[str, str] | None
    is_draft: bool = False
    told_at: float = -math.inf


class Slugs:
    """Projects that lead by id and slug, for the time the registry is away.

    What is public is remembered for everybody, a draft for the caller alone who was told of it.
    """

    def __init__(self) -> None:
        self._known: FIFOCache[tuple[Principal | None, str], Known] = FIFOCache(MAX_SLUGS)

    def put(self, principal: Principal, known: Known) -> None:
        """Remember what the caller was told."""
        for name in (str(known.id), known.slug):
            if name is not None:
                # What became a draft again is nobody else's any more.
                self._known.pop((None, name), None)
                self._known[principal if known.is_draft else None, name] = known

    def get(self, principal: Principal, ref: str) -> Known | None:
        """Return what an id or slug names, as far as the caller may know."""
        try:
            identifier = UUID(ref)
        except ValueError:
            return self._find(principal, ref)
        return self._find(principal, str(identifier)) or Known(identifier, None, None)

    def _find(self, principal: Principal, name: str) -> Known | None:
        return self._known.get((None, name)) or self._known.get((principal, name))
