"""Settings: what the environment may say, and what code says instead."""

import pytest
from pydantic import ValidationError

from services.events.settings import EventsSettings
from services.feedback.settings import FeedbackSettings
from services.registry.settings import RegistrySettings

SERVICES = [("REGISTRY", RegistrySettings), ("EVENTS", EventsSettings), ("FEEDBACK", FeedbackSettings)]
DEVELOPMENT = {"environment": "development"}


@pytest.fixture(autouse=True)
def no_addresses(monkeypatch):
    for name in ("REGISTRY", "EVENTS", "FEEDBACK"):
        monkeypatch.delenv(f"VIPU_{name}_DATABASE_URL", raising=False)


@pytest.mark.parametrize(("name", "settings"), SERVICES)
def test_a_service_finds_its_database_by_its_own_variable(name, settings, monkeypatch):
    monkeypatch.setenv(f"VIPU_{name}_DATABASE_URL", "postgresql://ours")
    assert settings.model_validate(DEVELOPMENT).database_url.get_secret_value() == "postgresql://ours"


@pytest.mark.parametrize(("name", "settings"), SERVICES)
@pytest.mark.parametrize("stray", ["DATABASE_URL", "database_url", "VIPU_DATABASE_URL", "VIPU_OTHER_DATABASE_URL"])
def test_no_other_variable_stands_in_for_it(name, settings, stray, monkeypatch):
    monkeypatch.setenv(stray, "postgresql://somebody-else's")
    with pytest.raises(ValidationError) as failure:
        settings.model_validate(DEVELOPMENT)
    assert [error["loc"] for error in failure.value.errors()] == [(f"VIPU_{name}_DATABASE_URL",)]


@pytest.mark.parametrize(("name", "settings"), SERVICES)
def test_what_code_says_goes_before_the_environment(name, settings, monkeypatch):
    monkeypatch.setenv(f"VIPU_{name}_DATABASE_URL", "postgresql://ours")
    made = settings.model_validate({**DEVELOPMENT, "database_url": "postgresql://told"})
    assert made.database_url.get_secret_value() == "postgresql://told"


@pytest.mark.parametrize(("name", "settings"), SERVICES)
def test_a_secret_file_may_say_it(name, settings, tmp_path, monkeypatch):
    (tmp_path / f"VIPU_{name}_DATABASE_URL").write_text("postgresql://secret")
    monkeypatch.setitem(settings.model_config, "secrets_dir", tmp_path)
    assert settings.model_validate(DEVELOPMENT).database_url.get_secret_value() == "postgresql://secret"
