"""The caches of the gateway: the last good replies to each caller, and the coordination projects by id and slug."""

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

MAX_REPLIES = 2000
MAX_COORDINATION_NAMES = 1000


@dataclass(frozen=True, slots=True)
class ReplyKey:
    """The caller and the request of a reply. A caller with other rights has another key."""

    principal: Principal
    service: str
    path: str
    params: Params


@dataclass(frozen=True, slots=True)
class CachedReply(Generic[Data]):
    """The data of a reply, and when the gateway got it."""

    data: Data
    as_of: datetime


class LastGoodReplies:
    """The last good replies; the oldest is dropped first. Only figures are stored, no rows about persons."""

    def __init__(self, *, max_age: timedelta) -> None:
        self._max_age = max_age
        self._replies: FIFOCache[ReplyKey, CachedReply[BaseModel]] = FIFOCache(MAX_REPLIES)

    def put(self, key: ReplyKey, data: BaseModel, *, now: datetime) -> None:
        """Store a reply."""
        self._replies[key] = CachedReply(data, now)

    def get(self, key: ReplyKey, *, now: datetime) -> CachedReply[BaseModel] | None:
        """Return the reply, or None when there is none or it is too old to be shown."""
        cached = self._replies.get(key)
        if cached is None or now - cached.as_of > self._max_age:
            return None
        return cached

    def drop(self, key: ReplyKey) -> None:
        """Delete a reply that the caller is no longer allowed to see."""
        self._replies.pop(key, None)


@dataclass(frozen=True, slots=True)
class KnownCoordination:
    """A coordination project as the registry last described it.

    A draft is not public. `confirmed_seconds`: when the registry answered, on the event loop's clock.
    """

    id: UUID
    slug: str | None
    name: dict[str, str] | None
    is_draft: bool = False
    confirmed_seconds: float = -math.inf


class KnownCoordinations:
    """The coordination projects by id and slug, for the time when the registry does not answer.

    A public project is stored for every caller, a draft only for the caller who may see it.
    """

    def __init__(self) -> None:
        self._known: FIFOCache[tuple[Principal | None, str], KnownCoordination] = FIFOCache(MAX_COORDINATION_NAMES)

    def put(self, principal: Principal, known: KnownCoordination) -> None:
        """Store the project that the registry showed to the caller."""
        for name in (str(known.id), known.slug):
            if name is not None:
                # A project that became a draft again is no longer public.
                self._known.pop((None, name), None)
                self._known[principal if known.is_draft else None, name] = known

    def get(self, principal: Principal, ref: str) -> KnownCoordination | None:
        """Return the project of an id or slug, as far as the caller may see it.

        An id that is not stored gives a project without slug and name.
        """
        try:
            identifier = UUID(ref)
        except ValueError:
            return self._find(principal, ref)
        return self._find(principal, str(identifier)) or KnownCoordination(identifier, None, None)

    def _find(self, principal: Principal, name: str) -> KnownCoordination | None:
        return self._known.get((None, name)) or self._known.get((principal, name))
