"""The settings of the four services of one installation."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from pydantic_settings import BaseSettings, SettingsConfigDict

from services.events.settings import EventsSettings
from services.feedback.settings import FeedbackSettings
from services.gateway.settings import GatewaySettings
from services.installation.installation import STORING_SERVICES, database_url
from services.installation.keys import Keys
from services.postgres import Cluster
from services.registry.settings import RegistrySettings
from services.runner.services import AllSettings


class EmbeddedEventsSettings(EventsSettings):
    """As the events service's, but mails stay in the mailbox unless `VIPU_MAIL_TRANSPORT` says otherwise."""

    mail_transport: Literal["smtp", "mailbox"] = "mailbox"


@dataclass(frozen=True, slots=True)
class Addresses:
    """Where the public finds Vipu, and where the services find each other (by name, up to but without `/v1`)."""

    public: str
    inner: Mapping[str, str]


def all_settings(cluster: Cluster, keys: Keys, addresses: Addresses) -> AllSettings:
    """Settings for the installation; what is not said here may come from `VIPU_…` variables."""
    shared = shared_settings(keys, addresses)

    def storing(service: str) -> dict[str, object]:
        return {**shared, "database_url": database_url(cluster, keys, service)}

    return AllSettings(
        registry=RegistrySettings.model_validate(storing("registry")),
        events=EmbeddedEventsSettings.model_validate(storing("events")),
        feedback=FeedbackSettings.model_validate(storing("feedback")),
        gateway=GatewaySettings.model_validate(shared),
    )


def shared_settings(keys: Keys, addresses: Addresses) -> dict[str, object]:
    """Return what every service of the installation is told."""
    return {
        "environment": "development",
        "public_url": addresses.public,
        "signing_key": keys.signing_key,
        "cursor_key": keys.cursor_key,
        "registry_url": addresses.inner["registry"],
        "events_url": addresses.inner["events"],
        "feedback_url": addresses.inner["feedback"],
    }


class FrontSettings(BaseSettings):
    """Where the front's health page finds the services. It holds no secret."""

    model_config = SettingsConfigDict(env_prefix="VIPU_", extra="ignore")

    registry_url: str = "http://127.0.0.1:8001"
    events_url: str = "http://127.0.0.1:8002"
    feedback_url: str = "http://127.0.0.1:8003"
    dashboard_url: str = "http://127.0.0.1:8004"

    @property
    def services(self) -> Mapping[str, str]:
        """Name → base address."""
        return {
            "registry": self.registry_url,
            "events": self.events_url,
            "feedback": self.feedback_url,
            "dashboard": self.dashboard_url,
        }


def environment_of(cluster: Cluster, keys: Keys, addresses: Addresses) -> dict[str, str]:
    """Return the same settings as `VIPU_…` variables, for the processes of one installation."""
    shared = {f"VIPU_{name.upper()}": str(value) for name, value in shared_settings(keys, addresses).items()}
    urls = {f"VIPU_{name.upper()}_DATABASE_URL": database_url(cluster, keys, name) for name in STORING_SERVICES}
    return {"VIPU_MAIL_TRANSPORT": "mailbox", **os.environ, **shared, **urls}
