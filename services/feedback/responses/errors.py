"""Failures of answers, as the check of a ticket tells them."""

from services.kernel.web.errors import DomainError


class TicketUsed(DomainError):
    """An answer came with this ticket."""

    status, code = 409, "ticket-used"


class AnsweringOver(DomainError):
    """The survey takes no answers any more."""

    status, code = 410, "answering-over"
