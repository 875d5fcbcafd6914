"""Failures of tickets."""

from services.kernel.web.errors import DomainError


class TicketNotValid(DomainError):
    """The text cannot be a ticket: its check characters are wrong."""

    status, code = 422, "ticket-not-valid"


class TicketUnknown(DomainError):
    """No such ticket was issued for this survey."""

    status, code = 404, "ticket-unknown"
