"""What `docker-compose.yml` and the documents name is what the code reads, and each container's settings suffice."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
import typer
import yaml

from services import cli
from services.installation.deployment import MigrationSettings, write_secrets
from services.kernel.settings import ROOT
from services.registry.settings import RegistrySettings
from services.runner.services import SERVICES
from services.runner.settings import SiteSettings

SETTINGS = {
    **{service.name: service.settings for service in SERVICES},
    "site": SiteSettings,
    "migrate": MigrationSettings,
}
# Which PostgreSQL the embedded installation runs on is looked up without settings.
EMBEDDED = {"VIPU_PG_BINDIR"}
# Only Compose itself reads these.
OF_COMPOSE = {"VIPU_VERSION", "VIPU_LISTEN", "VIPU_SECRETS", "VIPU_PROXY_ADDRESSES"}
NAMING = [
    "docker-compose.yml",
    "Dockerfile",
    "README.md",
    "CONTRIBUTING.md",
    "deploy/nginx.conf",
    "deploy/addresses.conf",
]
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))
# What the operator must say in `.env`.
SAID = {
    "VIPU_PUBLIC_URL": "https://vipu.example",
    "VIPU_SMTP_HOST": "mail.example",
    "VIPU_MAIL_FROM": "vipu@vipu.example",
}
VIPU = {name: one for name, one in COMPOSE["services"].items() if one["image"].startswith("vipu:")}


def read_by(kind: str) -> set[str]:
    """The variables that these settings are made of."""
    fields = SETTINGS[kind].model_fields.items()
    return {str(field.validation_alias or f"VIPU_{name.upper()}") for name, field in fields}


def read_by_commands() -> set[str]:
    commands = typer.main.get_command(cli.app).commands.values()  # type: ignore[attr-defined]
    return {str(one.envvar) for command in commands for one in command.params if getattr(one, "envvar", None)}


def read() -> set[str]:
    return set().union(*map(read_by, SETTINGS)) | read_by_commands() | EMBEDDED


def named_in(path: str) -> set[str]:
    return set(re.findall(r"\bVIPU_[A-Z][A-Z_]*[A-Z]", (ROOT / path).read_text(encoding="utf-8")))


@pytest.mark.parametrize("path", [*NAMING, *(str(page.relative_to(ROOT)) for page in (ROOT / "docs").rglob("*.md"))])
def test_every_variable_that_is_named_is_read(path):
    assert named_in(path) - read() - OF_COMPOSE == set()


def test_the_operator_is_told_of_every_variable_that_is_read():
    assert read() - named_in("docs/operations.md") == set()


def environment_of(container: Mapping[str, Any], secrets: Mapping[str, str]) -> dict[str, str]:
    """The variables a container gets, with what the operator must say said, and its secrets beside them."""

    def filled(match: re.Match[str]) -> str:
        return SAID.get(match[1], match[3] if match[2] == ":-" else "")

    plain = {
        name: re.sub(r"\$\{(\w+)(:-|:\?)([^}]*)\}", filled, str(value))
        for name, value in container.get("environment", {}).items()
    }
    return plain | dict(mounted(container, secrets))


def mounted(container: Mapping[str, Any], secrets: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    for secret in container.get("secrets", []):
        whole = secret if isinstance(secret, dict) else {"source": secret, "target": secret}
        yield whole["target"], secrets[whole["source"]]


@pytest.mark.parametrize("name", VIPU)
def test_what_compose_gives_a_container_is_read_and_enough(name, tmp_path, monkeypatch):
    container = VIPU[name]
    names = write_secrets(tmp_path, database_host="postgres:5432")
    given = environment_of(container, {name: (tmp_path / name).read_text() for name in names})
    what = container["command"][1] if container["command"][0] in {"serve", "work"} else "migrate"
    everywhere = set().union(*map(read_by, ("registry", "dashboard", "site"))) | read_by_commands()
    assert given.keys() <= read_by(what) | everywhere
    for variable, value in given.items():
        monkeypatch.setenv(variable, value)
    settings = SETTINGS[what]()
    assert getattr(settings, "environment", "production") == "production"
    if what in {"events", "feedback", "dashboard"}:
        # A service without the signing key proves itself to the registry.
        assert (settings.client_id, settings.signing_key) == (what, None)
        assert settings.client_secret.get_secret_value() == (tmp_path / f"{what.upper()}_CLIENT_SECRET").read_text()


@pytest.mark.parametrize("lacking", ["VIPU_SIGNING_KEY", "VIPU_CURSOR_KEY", "VIPU_REGISTRY_DATABASE_URL"])
def test_a_container_without_one_of_its_secrets_does_not_start(lacking, tmp_path, monkeypatch):
    names = write_secrets(tmp_path, database_host="postgres:5432")
    given = environment_of(VIPU["registry"], {name: (tmp_path / name).read_text() for name in names})
    for variable, value in given.items():
        monkeypatch.setenv(variable, value)
    monkeypatch.delenv(lacking)
    with pytest.raises(ValueError, match=lacking):
        RegistrySettings()
