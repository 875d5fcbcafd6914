"""The names of the services, as their addresses have them; `runner/services.py` has what belongs to each name."""

from typing import Final, Literal, get_args

# Each of them has a schema of its own, and answers for the figures that are counted from it.
StoringService = Literal["registry", "events", "feedback"]
ServiceName = Literal[StoringService, "dashboard"]

# The pages for people: no service has this name.
SITE: Final = "site"
STORING_SERVICES: Final[tuple[StoringService, ...]] = get_args(StoringService)
SERVICE_NAMES: Final[tuple[ServiceName, ...]] = get_args(ServiceName)
