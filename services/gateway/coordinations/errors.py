"""Failures of the dashboard, and the failures that it passes on from the services."""

from typing import Final

from services.kernel.web import errors
from services.kernel.web.errors import DomainError, NotFound, Unavailable


class NoRows(DomainError):
    """The figure has no list of rows behind it."""

    status, code = 409, "measure-without-rows"


RETRY_LATER: Final = {"Retry-After": "5"}

_REFUSALS: Final[dict[int, type[DomainError]]] = {
    400: errors.BadRequest,
    401: errors.Unauthenticated,
    403: errors.Forbidden,
    404: NotFound,
    422: errors.Invalid,
    429: errors.TooManyRequests,
}


def refusal(status: int) -> DomainError:
    """Return a service's refusal as the gateway's own; Unavailable for a status that the caller cannot have caused."""
    return _REFUSALS[status]() if status in _REFUSALS else Unavailable(headers=RETRY_LATER)
