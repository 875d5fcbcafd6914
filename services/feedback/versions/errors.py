"""Failures of versions."""

from services.kernel.web.errors import DomainError


class FieldTypeConflict(DomainError):
    """A question keeps its type and scale under its id."""

    status, code = 400, "field-type-conflict"


class DefinitionUnchanged(DomainError):
    """The new version has the same definition as the present version."""

    status, code = 409, "definition-unchanged"
