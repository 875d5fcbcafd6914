"""The settings of all services of one installation."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

from services.contracts.services import SERVICE_NAMES, STORING_SERVICES
from services.events.settings import EventsSettings
from services.installation.installation import Installation, database_url
from services.installation.keys import Keys
from services.kernel.settings import CoreSettings, DeployedSettings, DevelopmentDefault
from services.postgres import Cluster
from services.runner.dictionaries import dictionaries_of
from services.runner.forwarding import THIS_MACHINE
from services.runner.services import SERVICES, AllSettings, ServiceEntry


class EmbeddedEventsSettings(EventsSettings):
    """The settings of the events service, with mails kept in the mailbox unless `VIPU_MAIL_TRANSPORT` is set."""

    mail_transport: Literal["smtp", "mailbox"] = "mailbox"


# Services whose settings have other defaults on the embedded PostgreSQL.
_EMBEDDED: Final[Mapping[str, type[CoreSettings]]] = {"events": EmbeddedEventsSettings}

_SURVEY_KEYS: Final = "VIPU_SURVEY_KEYS"


@dataclass(frozen=True, slots=True)
class Addresses:
    """Where the public finds Vipu, and where the services find each other (by name, up to but without `/v1`)."""

    public: str
    inner: Mapping[str, str]


def all_settings(cluster: Cluster, keys: Keys, addresses: Addresses) -> AllSettings:
    """Return the settings of each service of the installation; `VIPU_…` variables set what is not set here."""
    shared = shared_settings(keys, addresses)

    own: Mapping[str, Mapping[str, object]] = {
        "registry": {"dictionary_folder": dictionaries_of(cluster)},
        "feedback": {"survey_keys": Installation(cluster.data_folder).survey_keys},
    }

    def of(service: ServiceEntry) -> CoreSettings:
        url = {"database_url": database_url(cluster, keys, service.name)} if service.has_store else {}
        facts = {**shared, **own.get(service.name, {}), **url}
        return _EMBEDDED.get(service.name, service.settings).model_validate(facts)

    return {service.name: of(service) for service in SERVICES}


def shared_settings(keys: Keys, addresses: Addresses) -> dict[str, object]:
    """Return the settings that every service of the installation has."""
    return {
        "environment": "development",
        "public_url": addresses.public,
        "signing_key": keys.signing_key,
        "cursor_key": keys.cursor_key,
        **{f"{name}_url": addresses.inner[name] for name in STORING_SERVICES},
    }


class SiteSettings(DeployedSettings):
    """Where the site finds the services. It holds no secret."""

    registry_url: DevelopmentDefault = "http://127.0.0.1:8001"
    events_url: DevelopmentDefault = "http://127.0.0.1:8002"
    feedback_url: DevelopmentDefault = "http://127.0.0.1:8003"
    dashboard_url: DevelopmentDefault = "http://127.0.0.1:8004"

    @property
    def services(self) -> Mapping[str, str]:
        """Name → base address."""
        return {name: getattr(self, f"{name}_url") for name in SERVICE_NAMES}


def environment_of(cluster: Cluster, keys: Keys, addresses: Addresses) -> dict[str, str]:
    """Return the same settings as `VIPU_…` variables, for the processes of one installation.

    The folder of survey keys is not among them: only the worker of feedback is given `worker_environment_of` too.
    """
    shared = {f"VIPU_{name.upper()}": str(value) for name, value in shared_settings(keys, addresses).items()}
    urls = {f"VIPU_{name.upper()}_DATABASE_URL": database_url(cluster, keys, name) for name in STORING_SERVICES}
    # Only the front reaches the services; the setting of the operator is for the proxies before the front.
    proxies = {"VIPU_TRUSTED_PROXIES": THIS_MACHINE}
    folder = {"VIPU_DICTIONARY_FOLDER": str(dictionaries_of(cluster))}
    outside = {name: value for name, value in os.environ.items() if name != _SURVEY_KEYS}
    return {"VIPU_MAIL_TRANSPORT": "mailbox", **outside, **shared, **proxies, **folder, **urls}


def worker_environment_of(cluster: Cluster) -> dict[str, str]:
    """Return the further `VIPU_…` variables of the worker of feedback."""
    return {_SURVEY_KEYS: str(Installation(cluster.data_folder).survey_keys)}
