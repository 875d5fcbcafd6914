"""Notes for the audit of the running request, from where its object is found: project, ids, and who the caller is."""

from contextvars import ContextVar, Token
from dataclasses import dataclass, field
from uuid import UUID

from services.kernel.security.auth import Principal


@dataclass(slots=True)
class Notes:
    """The facts that a request has noted about itself."""

    coordination_id: UUID | None = None
    caller: Principal | None = None
    ids: list[UUID] = field(default_factory=list)


_RUNNING: ContextVar[Notes | None] = ContextVar("audit_notes", default=None)


def begin(notes: Notes) -> Token[Notes | None]:
    """Collect the notes of the running request until `end`."""
    return _RUNNING.set(notes)


def end(token: Token[Notes | None]) -> None:
    """Collect no more notes; the collected ones stay."""
    _RUNNING.reset(token)


def note_object(*ids: UUID, coordination_id: UUID | None) -> None:
    """Note the ids of the object of the request, and its coordination project. Outside a request it has no effect."""
    notes = _RUNNING.get()
    if notes is not None:
        notes.ids.extend(ids)
        notes.coordination_id = coordination_id


def note_caller(caller: Principal) -> None:
    """Note who the caller is, on a route that authenticates its caller itself."""
    notes = _RUNNING.get()
    if notes is not None:
        notes.caller = caller
