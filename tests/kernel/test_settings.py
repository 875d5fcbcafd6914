"""Settings: they come from the environment or from arguments of code."""

import re

import pytest
from pydantic import ValidationError
from pydantic_settings import BaseSettings

from services.events.settings import EventsSettings
from services.feedback.settings import FeedbackSettings
from services.gateway.settings import GatewaySettings
from services.installation.errors import CannotRun
from services.kernel.settings import DEVELOPMENT_SECRET
from services.registry.settings import RegistrySettings
from services.runner.processes import application
from services.runner.services import SERVICES
from services.runner.settings import SiteSettings

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
# What the compose file gives, by the name of the field.
PRODUCTION: dict[str, object] = {
    "environment": "production",
    "public_url": "https://vipu.example",
    "registry_url": "http://registry:8000",
    "events_url": "http://events:8000",
    "feedback_url": "http://feedback:8000",
    "dashboard_url": "http://dashboard:8000",
    "jwks_url": "http://registry:8000/.well-known/jwks.json",
    "token_url": "http://registry:8000/oauth/token",
    "client_id": "a-service",
    "client_secret": "x" * 32,
    "cursor_key": "x" * 32,
    "database_url": "postgresql://x",
    "smtp_host": "mail.example",
    "mail_from": "vipu@vipu.example",
}
WITH_KEY: dict[str, object] = {**PRODUCTION, "signing_key": "{}"}
ALL: dict[str, tuple[type[BaseSettings], dict[str, object]]] = {
    "registry": (RegistrySettings, WITH_KEY),
    "events": (EventsSettings, PRODUCTION),
    "feedback": (FeedbackSettings, PRODUCTION),
    "dashboard": (GatewaySettings, PRODUCTION),
    "site": (SiteSettings, PRODUCTION),
}


def refusals(service: str, **changed: object) -> list[str]:
    """Return why production does not start: the sentences about these settings, changed or left out (None)."""
    settings, facts = ALL[service]
    given = {name: value for name, value in {**facts, **changed}.items() if value is not None}
    try:
        settings.model_validate(given)
    except ValidationError as failure:
        [error] = failure.errors()
        return error["msg"].removeprefix("Value error, ").split("; ")
    return []


@pytest.mark.parametrize("service", ALL)
def test_production_starts_with_settings_of_its_own(service):
    assert refusals(service) == []


@pytest.mark.parametrize(("secret", "good"), SECRETS)
def test_production_starts_with_a_secret_of_its_own_or_not_at_all(secret, good):
    assert ("VIPU_CURSOR_KEY" in "".join(refusals("feedback", cursor_key=secret))) is not good


@pytest.mark.parametrize("host", [None, "localhost"])
def test_production_does_not_start_with_the_default_mail_server(host):
    assert refusals("events", smtp_host=host) == ["VIPU_SMTP_HOST must be set outside development"]


def test_a_mail_server_on_the_same_machine_can_be_chosen():
    assert refusals("events", smtp_host="127.0.0.1") == []


def test_production_sends_its_mails():
    [sentence] = refusals("events", mail_transport="mailbox")
    assert sentence.startswith("VIPU_MAIL_TRANSPORT must be smtp")


@pytest.mark.parametrize("name", ["mail_from", "organizer_email"])
@pytest.mark.parametrize("address", ["vipu@localhost", "vipu@LOCALHOST", "vipu@mail.localhost", "vipu@127.0.0.1"])
def test_mails_come_from_an_address_that_others_can_answer_to(name, address):
    [sentence] = refusals("events", **{name: address})
    assert f"VIPU_{name.upper()} " in sentence


DEFAULTS = [
    *((service, name) for service in ALL for name in ("registry_url", "events_url", "feedback_url")),
    ("site", "dashboard_url"),
    ("events", "mail_from"),
    *((service, name) for service in ("events", "feedback", "dashboard") for name in ("jwks_url", "token_url")),
]


@pytest.mark.parametrize(("service", "name"), DEFAULTS)
def test_a_default_of_development_is_refused_in_production_whether_it_is_left_or_named(service, name):
    default = ALL[service][0].model_fields[name].default
    for value in (None, default):
        [sentence] = refusals(service, **{name: value})
        assert sentence.startswith(f"VIPU_{name.upper()} must be set outside development")


NO_ORIGINS = [
    None,
    "",
    "vipu.example",
    "ftp://vipu.example",
    "http://localhost",
    "https://LocalHost:8443",
    "http://localhost.",
    "http://vipu.localhost",
    "http://127.0.0.1:8000",
    "http://127.1.2.3",
    "http://[::1]:8000",
    "http://0.0.0.0",
    "http://[::]",
    "https://vipu.example/",
    "https://vipu.example/vipu",
    "https://vipu.example?x",
    "https://",
]


@pytest.mark.parametrize("address", NO_ORIGINS)
@pytest.mark.parametrize("service", ["registry", "events", "feedback", "dashboard"])
def test_production_is_told_what_people_call_it(service, address):
    [sentence] = refusals(service, public_url=address)
    assert sentence.startswith("VIPU_PUBLIC_URL must be what people call this installation")


@pytest.mark.parametrize("address", ["https://vipu.example", "http://10.0.0.7:8080", "https://[2001:db8::7]"])
def test_an_address_of_another_machine_is_one(address):
    assert refusals("feedback", public_url=address) == []


@pytest.mark.parametrize("lacking", ["client_id", "client_secret"])
def test_a_service_that_could_not_get_its_tokens_does_not_start(lacking):
    [sentence] = refusals("dashboard", **{lacking: None})
    assert sentence == "VIPU_CLIENT_ID and VIPU_CLIENT_SECRET must be set outside development, or VIPU_SIGNING_KEY"
    assert refusals("dashboard", **{lacking: None}, signing_key="{}") == []


def test_all_refused_settings_are_named_at_once():
    named = set(
        re.findall(r"VIPU_[A-Z_]*[A-Z]", " ".join(refusals("events", **dict.fromkeys(PRODUCTION.keys() - KEPT))))
    )
    assert named == {
        f"VIPU_{name.upper()}" for name in EventsSettings.model_fields if name in PRODUCTION.keys() - KEPT
    } | {"VIPU_SIGNING_KEY"}


KEPT = {"environment", "database_url", "dashboard_url"}


@pytest.mark.parametrize("service", ALL)
def test_development_starts_with_all_defaults(service):
    ALL[service][0].model_validate({**DEVELOPMENT, "database_url": "postgresql://x"})


def test_the_start_says_what_is_refused_in_one_sentence(monkeypatch):
    for name, value in PRODUCTION.items():
        monkeypatch.setenv(f"VIPU_{name.upper()}", str(value))
    monkeypatch.setenv("VIPU_EVENTS_DATABASE_URL", "postgresql://x")
    monkeypatch.delenv("VIPU_SMTP_HOST")
    with pytest.raises(CannotRun) as failure:
        application("events")
    assert str(failure.value) == (
        "The settings of events are not complete. VIPU_SMTP_HOST must be set outside development"
    )
