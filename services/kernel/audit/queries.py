"""Every SELECT of the audit but those of sealing."""

from sqlalchemy import select

from services.kernel.lists.pages import Listing
from services.kernel.security.auth import Principal

from .access import visible_to
from .schemas import AuditEntryRead, AuditQuery
from .tables import audit_tables

_MEMBERS = tuple(AuditEntryRead.model_fields)


def listing(service: str, principal: Principal, query: AuditQuery) -> Listing[AuditEntryRead]:
    """Return the entries of the service's audit that the caller may see and that match, the newest first."""
    entries = audit_tables(service).entries
    statement = select(*(entries.c[name] for name in _MEMBERS)).where(visible_to(principal, entries))
    chosen = {"subject": query.subject, "action": query.action, "noun": query.noun, "outcome": query.outcome}
    for name, values in chosen.items():
        if values:
            statement = statement.where(entries.c[name].in_(values))
    if query.concerns is not None:
        statement = statement.where(entries.c.ids.contains([query.concerns]))
    if query.coordination is not None:
        statement = statement.where(entries.c.coordination_id == query.coordination)
    if query.recorded_from is not None:
        statement = statement.where(entries.c.recorded_at >= query.recorded_from)
    if query.recorded_before is not None:
        statement = statement.where(entries.c.recorded_at < query.recorded_before)
    return Listing(
        name="audit",
        select=statement,
        read=_read,
        model=AuditEntryRead,
        key=entries.c.id,
        default_sort="-recorded_at",
        sort_keys={"recorded_at": entries.c.recorded_at},
    )


def _read(*values: object) -> AuditEntryRead:
    return AuditEntryRead.model_validate(dict(zip(_MEMBERS, values, strict=True)))
