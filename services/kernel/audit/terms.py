"""Vocabulary of the audit."""

from enum import StrEnum
from typing import Final

from services.contracts.roles import Scope


class AuditAction(StrEnum):
    """The kind of a recorded request."""

    read = "read"
    # A file of all rows of a list, whoever the rows are about.
    export = "export"
    change = "change"
    # A machine client is made, changed or gets a new secret.
    grant = "grant"
    # A token is issued.
    token = "token"  # noqa: S105 - The name of an action.


class AuditOutcome(StrEnum):
    """The end of a recorded request."""

    answered = "answered"
    unauthenticated = "unauthenticated"
    forbidden = "forbidden"
    not_found = "not_found"
    # Refused for the state of things or for the request itself; a conflict can name persons.
    refused = "refused"


DENIALS: Final = frozenset({AuditOutcome.unauthenticated, AuditOutcome.forbidden})
# The scopes of routes whose callers meet data of persons, or decide who meets them.
PERSONAL_SCOPES: Final = frozenset(
    {
        Scope.registrations_read,
        Scope.registrations_write,
        Scope.attendance_write,
        Scope.feedback_text,
        Scope.partners_admin,
        Scope.audit_read,
    }
)
