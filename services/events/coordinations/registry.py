"""The requests to the registry: for its list of leading projects."""

from collections.abc import AsyncIterator
from typing import Final

from services.kernel.background.upstream import call_upstream
from services.kernel.runtime import Runtime

from .schemas import AnnouncedProject, AnnouncedProjects

_PAGE: Final = 100


async def leading_projects(runtime: Runtime) -> AsyncIterator[AnnouncedProject]:
    """Yield every leading project, as the registry has it now. Raises UpstreamUnavailable."""
    address = f"{runtime.settings.registry_url}/v1/projects"
    params: dict[str, str | int] = {"leads": "true", "limit": _PAGE}
    while True:
        page = await call_upstream(runtime, AnnouncedProjects, "GET", address, params=params)
        for project in page.items:
            yield project
        if page.next_cursor is None:
            return
        params["cursor"] = page.next_cursor
