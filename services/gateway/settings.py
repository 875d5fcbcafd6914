"""Settings of the gateway: it has no database."""

from services.kernel.settings import CoreSettings


class GatewaySettings(CoreSettings):
    """What all services share is all the gateway needs."""
