"""The registry as coordinations see it: its list of the projects that lead."""

from collections.abc import AsyncIterator
from typing import Final

import httpx

from services.kernel.errors import DomainError
from services.kernel.runtime import Runtime

from .schemas import ToldProject, ToldProjects

_ASK_SECONDS: Final = 5.0
_PAGE: Final = 100


class RegistrySilent(Exception):
    """The registry did not tell its projects, for the reason given; asking again later may help."""


async def leading_projects(runtime: Runtime) -> AsyncIterator[ToldProject]:
    """Every project that leads, as the registry has it now. Raises RegistrySilent."""
    wanted: dict[str, str | int] = {"leads": "true", "limit": _PAGE}
    while True:
        page = await _ask(runtime, wanted)
        for project in page.items:
            yield project
        if page.next_cursor is None:
            return
        wanted["cursor"] = page.next_cursor


async def _ask(runtime: Runtime, wanted: dict[str, str | int]) -> ToldProjects:
    try:
        answer = await runtime.client.get(
            f"{runtime.settings.registry_url}/v1/projects",
            params=wanted,
            headers={"Authorization": f"Bearer {await runtime.token()}"},
            timeout=_ASK_SECONDS,
        )
        answer.raise_for_status()
        return ToldProjects.model_validate_json(answer.content)
    except httpx.HTTPStatusError as error:
        raise RegistrySilent(f"status-{error.response.status_code}") from error
    except (httpx.HTTPError, ConnectionError, DomainError, ValueError) as error:
        raise RegistrySilent(type(error).__name__) from error
