"""The rule of who may read the audit."""

from sqlalchemy import ColumnElement, Table, true

from services.contracts.roles import Role
from services.kernel.security.auth import Principal


def visible_to(principal: Principal, entries: Table) -> ColumnElement[bool]:
    """Return the entries of the coordination projects whose data protection officer or admin the caller is.

    An entry of no coordination project is seen by those who hold the role everywhere.
    """
    if principal.everywhere(Role.data_protection_officer):
        return true()
    return entries.c.coordination_id.in_(principal.coordinations(Role.data_protection_officer, Role.admin))
