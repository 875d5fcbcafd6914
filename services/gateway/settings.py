"""Settings of the gateway: it has no database."""

from pydantic import Field

from services.kernel.settings import CoreSettings


class GatewaySettings(CoreSettings):
    """Limits of time and size for the requests to the other services: `VIPU_DEADLINE_SECONDS` and so on."""

    deadline_seconds: float = Field(default=3.0, gt=0, le=30, description="A whole answer")
    upstream_seconds: float = Field(default=1.0, gt=0, le=10, description="One service's answer, a retry included")
    connect_seconds: float = Field(default=0.25, gt=0, le=5)
    max_answer_bytes: int = Field(default=5 * 1024 * 1024, ge=1024)
    # Both are short enough for a revoked token: the service that last accepted it refuses it within 12 seconds.
    stale_seconds: float = Field(default=45.0, ge=0, le=45, description="How old a last good answer may be shown")
    known_seconds: float = Field(
        default=15.0,
        ge=0,
        le=45,
        description="How long a coordination project's id, slug and name are not requested again",
    )
    breaker_failures: int = Field(default=5, ge=1, description="Failures in a row that open a service's breaker")
    breaker_open_seconds: float = Field(default=5.0, gt=0, description="Until a service is tried again")
