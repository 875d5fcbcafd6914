"""Asking a sibling service in our own name, away from any request."""

from typing import Final, TypeVar

import httpx
from pydantic import BaseModel

from services.kernel.runtime import Runtime
from services.kernel.web.errors import DomainError

Reply = TypeVar("Reply", bound=BaseModel)

_ASK_SECONDS: Final = 5.0


class UpstreamUnavailable(Exception):
    """A sibling did not do what was asked, for the reason given; asking again later may help."""


async def call_upstream(
    runtime: Runtime,
    answer: type[Reply],
    method: str,
    address: str,
    *,
    params: dict[str, str | int] | None = None,
    body: object = None,
) -> Reply:
    """Return what the sibling answers, as `answer`. Raises UpstreamUnavailable."""
    try:
        given = await runtime.client.request(
            method,
            address,
            params=params,
            json=body,
            headers={"Authorization": f"Bearer {await runtime.token()}"},
            timeout=_ASK_SECONDS,
        )
        given.raise_for_status()
        return answer.model_validate_json(given.content)
    except httpx.HTTPStatusError as error:
        raise UpstreamUnavailable(f"status-{error.response.status_code}") from error
    except (httpx.HTTPError, ConnectionError, DomainError, ValueError) as error:
        raise UpstreamUnavailable(type(error).__name__) from error
