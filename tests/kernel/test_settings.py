"""Settings: they come from the environment or from arguments of code."""

from contextlib import nullcontext

import pytest
from pydantic import ValidationError

from services.feedback.settings import FeedbackSettings
from services.kernel.settings import DEVELOPMENT_SECRET
from services.registry.settings import RegistrySettings
from services.runner.services import SERVICES

STORING = [(service.name.upper(), service.settings) for service in SERVICES if service.has_store]
DEVELOPMENT = {"environment": "development"}


@pytest.fixture(autouse=True)
def no_addresses(monkeypatch):
    for name in ("REGISTRY", "EVENTS", "FEEDBACK"):
        monkeypatch.delenv(f"VIPU_{name}_DATABASE_URL", raising=False)


@pytest.mark.parametrize(("name", "settings"), STORING)
def test_a_service_finds_its_database_by_its_own_variable(name, settings, monkeypatch):
    monkeypatch.setenv(f"VIPU_{name}_DATABASE_URL", "postgresql://from-environment")
    assert settings.model_validate(DEVELOPMENT).database_url.get_secret_value() == "postgresql://from-environment"


@pytest.mark.parametrize(("name", "settings"), STORING)
@pytest.mark.parametrize("stray", ["DATABASE_URL", "database_url", "VIPU_DATABASE_URL", "VIPU_OTHER_DATABASE_URL"])
def test_no_other_variable_sets_the_database(name, settings, stray, monkeypatch):
    monkeypatch.setenv(stray, "postgresql://of-another-program")
    with pytest.raises(ValidationError) as failure:
        settings.model_validate(DEVELOPMENT)
    assert [error["loc"] for error in failure.value.errors()] == [(f"VIPU_{name}_DATABASE_URL",)]


@pytest.mark.parametrize(("name", "settings"), STORING)
def test_an_argument_of_code_takes_precedence_over_the_environment(name, settings, monkeypatch):
    monkeypatch.setenv(f"VIPU_{name}_DATABASE_URL", "postgresql://from-environment")
    made = settings.model_validate({**DEVELOPMENT, "database_url": "postgresql://from-code"})
    assert made.database_url.get_secret_value() == "postgresql://from-code"


@pytest.mark.parametrize(("name", "settings"), STORING)
def test_a_secret_file_may_name_the_database(name, settings, tmp_path, monkeypatch):
    (tmp_path / f"VIPU_{name}_DATABASE_URL").write_text("postgresql://secret")
    monkeypatch.setitem(settings.model_config, "secrets_dir", tmp_path)
    assert settings.model_validate(DEVELOPMENT).database_url.get_secret_value() == "postgresql://secret"


@pytest.mark.parametrize("name", ["public_rate", "caller_rate", "export_rate"])
@pytest.mark.parametrize("rate", ["", "many", "600", "600/fortnight"])
def test_an_invalid_rate_ends_the_start(name, rate):
    with pytest.raises(ValidationError):
        RegistrySettings.model_validate({**DEVELOPMENT, "database_url": "postgresql://x", name: rate})


SECRETS = [("", False), ("short", False), (DEVELOPMENT_SECRET, False), ("x" * 16, True)]


@pytest.mark.parametrize(("secret", "good"), SECRETS)
def test_production_starts_with_a_secret_of_its_own_or_not_at_all(secret, good):
    given = {"environment": "production", "database_url": "postgresql://x", "cursor_key": secret}
    with nullcontext() if good else pytest.raises(ValidationError):
        FeedbackSettings.model_validate(given)
