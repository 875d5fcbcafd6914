"""The ticket of a request."""

from typing import Annotated

from fastapi import Depends, Header

from .errors import TicketNotValid
from .terms import Ticket, read_ticket


async def given_ticket(
    text: Annotated[str, Header(alias="X-Ticket", max_length=200, description="The ticket of the person's link")],
) -> Ticket:
    """Return the ticket of the header. Raises: TicketNotValid."""
    ticket = read_ticket(text)
    if ticket is None:
        raise TicketNotValid
    return ticket


GivenTicket = Annotated[Ticket, Depends(given_ticket)]
