"""The registry as coordinations see it: its list of the projects that lead."""

from collections.abc import AsyncIterator
from typing import Final

from services.kernel.background.upstream import call_upstream
from services.kernel.runtime import Runtime

from .schemas import AnnouncedProject, AnnouncedProjects

_PAGE: Final = 100


async def leading_projects(runtime: Runtime) -> AsyncIterator[AnnouncedProject]:
    """Yield every project that leads, as the registry has it now. Raises UpstreamUnavailable."""
    address = f"{runtime.settings.registry_url}/v1/projects"
    wanted: dict[str, str | int] = {"leads": "true", "limit": _PAGE}
    while True:
        page = await call_upstream(runtime, AnnouncedProjects, "GET", address, params=wanted)
        for project in page.items:
            yield project
        if page.next_cursor is None:
            return
        wanted["cursor"] = page.next_cursor
