"""The declaration of each route that meets data of persons: what the audit records of it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, TypeVar

from .terms import AuditAction

Endpoint = TypeVar("Endpoint", bound=Callable[..., object])

_AUDITED: Final = "audited"
_EXEMPT: Final = "without_audit"


@dataclass(frozen=True, slots=True)
class Audited:
    """A route's declaration to the audit: action, noun, and the members of its answer that are ids of rows."""

    action: AuditAction
    noun: str
    id_members: Sequence[str]


def audited(action: AuditAction, noun: str, *, id_members: Sequence[str] = ("id",)) -> Callable[[Endpoint], Endpoint]:
    """Let the audit record every request to the route, whatever its outcome.

    `id_members` are the members of the answer, or of its items, that are ids of the persons or rows concerned. The ids
    in the path and in the parameters are always recorded.
    """

    def declare(endpoint: Endpoint) -> Endpoint:
        setattr(endpoint, _AUDITED, Audited(action, noun, id_members))
        return endpoint

    return declare


def without_audit(reason: str) -> Callable[[Endpoint], Endpoint]:
    """Declare that the route needs a scope of person data and yet answers with none. Denials are recorded all the same.

    Raises: ValueError without a reason.
    """
    if not reason:
        raise ValueError("a route without audit says why")

    def declare(endpoint: Endpoint) -> Endpoint:
        setattr(endpoint, _EXEMPT, reason)
        return endpoint

    return declare


def declared_audit(endpoint: Callable[..., object]) -> Audited | None:
    """Return the route's declaration, or None where only denials and files are recorded."""
    declared: Audited | None = getattr(endpoint, _AUDITED, None)
    return declared


def declares_audit(endpoint: Callable[..., object]) -> bool:
    """Say whether the route declares that it is recorded, or why it is not."""
    return hasattr(endpoint, _AUDITED) or hasattr(endpoint, _EXEMPT)
