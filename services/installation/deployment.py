"""The set-up of a production installation: its secret files, its roles and schemas, its migrations."""

import hashlib
import json
import secrets as randomness
from collections.abc import Mapping
from pathlib import Path
from typing import Final
from urllib.parse import unquote, urlsplit

from pydantic import Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from services.contracts.services import SERVICE_NAMES, STORING_SERVICES
from services.installation import schemas
from services.installation.errors import CannotRun
from services.installation.installation import Tell
from services.kernel.data.bootstrap import role_of
from services.kernel.security.tokens import new_signing_key
from services.kernel.settings import CoreSettings

# The registry issues the tokens. The other services have no signing key: each proves itself with a secret of its own.
_CLIENTS: Final = tuple(name for name in SERVICE_NAMES if name != "registry")


class MigrationSettings(BaseSettings):
    """The databases of the schemas to migrate. `VIPU_ADMIN_DATABASE_URL` is needed only to make roles and schemas."""

    model_config = SettingsConfigDict(
        env_prefix="VIPU_", extra="ignore", secrets_dir=CoreSettings.model_config.get("secrets_dir")
    )

    registry_database_url: SecretStr
    events_database_url: SecretStr
    feedback_database_url: SecretStr
    admin_database_url: SecretStr = Field(default=SecretStr(""))

    @property
    def urls(self) -> Mapping[str, str]:
        """Service → address of the database, as its own role."""
        secrets: dict[str, SecretStr] = {name: getattr(self, f"{name}_database_url") for name in STORING_SERVICES}
        return {service: url.get_secret_value() for service, url in secrets.items()}


def migrate(*, admin_url: str, tell: Tell) -> None:
    """Bring tables and code lists, and with an administrator's address roles and schemas, to what this code needs.

    Repeatable. Raises: CannotRun.
    """
    try:
        settings = MigrationSettings()
    except ValidationError as failure:
        missing = ", ".join(f"VIPU_{str(error['loc'][0]).upper()}" for error in failure.errors())
        message = f"Missing: {missing}. Set them, or put files of these names into /run/secrets."
        raise CannotRun(message) from failure
    administrator = admin_url or settings.admin_database_url.get_secret_value()
    passwords = {service: _password_in(service, url) for service, url in settings.urls.items()}
    schemas.migrate(settings.urls, admin_url=administrator or None, passwords=passwords, tell=tell)
    tell("All schemas are at head.")


def _password_in(service: str, url: str) -> str:
    parts = urlsplit(url)
    if parts.username != role_of(service):
        message = f"The address of {service}'s database must name its own role, {role_of(service)}."
        raise CannotRun(message)
    return unquote(parts.password or "")


def write_secrets(folder: Path, *, database_host: str) -> list[str]:
    """Write a file for each secret that `docker-compose.yml` names; existing files stay.

    The folder is closed to others; its files are readable, because containers see the files alone, as another user.
    Returns: the names of the files written, in order. Raises: CannotRun when a part of them exists.
    """
    made = _new_secrets(database_host)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    folder.chmod(0o700)
    present = {path.name for path in folder.iterdir()}
    if present & made.keys() and made.keys() - present:
        message = f"{folder} contains a part of the secrets, and they belong together. Move it away to make new ones."
        raise CannotRun(message)
    for name in made.keys() - present:
        (folder / name).write_text(made[name])
        (folder / name).chmod(0o444)
    return sorted(made.keys() - present)


def _new_secrets(database_host: str) -> dict[str, str]:
    administrator = randomness.token_urlsafe(24)
    clients = {service: randomness.token_urlsafe(32) for service in _CLIENTS}
    urls = {
        f"VIPU_{service.upper()}_DATABASE_URL": (
            f"postgresql://{role_of(service)}:{randomness.token_urlsafe(24)}@{database_host}/vipu"
        )
        for service in STORING_SERVICES
    }
    return {
        **urls,
        **{f"{service.upper()}_CLIENT_SECRET": secret for service, secret in clients.items()},
        "POSTGRES_PASSWORD": administrator,
        "VIPU_ADMIN_DATABASE_URL": f"postgresql://postgres:{administrator}@{database_host}/vipu",
        "VIPU_SERVICE_CLIENTS": json.dumps({name: _digest(secret) for name, secret in clients.items()}),
        "VIPU_SIGNING_KEY": new_signing_key(),
        "VIPU_CURSOR_KEY": randomness.token_urlsafe(32),
        # The operator fills it where the mail server needs one.
        "VIPU_SMTP_PASSWORD": "",
    }


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
