"""Requests to another service with the service's own token, in background work."""

from typing import Final, TypeVar

import httpx
from pydantic import BaseModel

from services.kernel.runtime import Runtime
from services.kernel.web.errors import DomainError, Misdirected

Reply = TypeVar("Reply", bound=BaseModel)

_TIMEOUT_SECONDS: Final = 5.0
# Statuses that do not depend on the request: the token is refused, there are too many requests, or they reach another
# service.
_OF_EVERY_REQUEST: Final = frozenset({401, 403, 408, 429, Misdirected.status})


class UpstreamUnavailable(Exception):
    """An upstream did not answer, or answered with a failure; a later request may succeed. It holds the reason.

    `is_refusal`: it answered, and refused this one request. Other requests may succeed.
    """

    def __init__(self, reason: str, *, is_refusal: bool = False) -> None:
        super().__init__(reason)
        self.is_refusal = is_refusal


async def call_upstream(
    runtime: Runtime,
    reply: type[Reply],
    method: str,
    address: str,
    *,
    params: dict[str, str | int] | None = None,
    body: object = None,
) -> Reply:
    """Send a request to another service. Returns the body of its answer as a `reply`. Raises UpstreamUnavailable."""
    try:
        response = await runtime.client.request(
            method,
            address,
            params=params,
            json=body,
            headers={"Authorization": f"Bearer {await runtime.token()}"},
            timeout=_TIMEOUT_SECONDS,
        )
        response.raise_for_status()
        return reply.model_validate_json(response.content)
    except httpx.HTTPStatusError as error:
        status = error.response
        is_refusal = status.is_client_error and status.status_code not in _OF_EVERY_REQUEST
        raise UpstreamUnavailable(f"status-{status.status_code}", is_refusal=is_refusal) from error
    except (httpx.HTTPError, ConnectionError, DomainError, ValueError) as error:
        raise UpstreamUnavailable(type(error).__name__) from error
