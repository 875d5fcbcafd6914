"""An installation: its secrets, its address, its tokens, its marker of the demonstration."""

import json
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from uuid import uuid4

import pytest
from typer.testing import CliRunner

from services import cli
from services.contracts.roles import Grant, Role
from services.contracts.services import STORING_SERVICES
from services.installation import tokens
from services.installation.addresses import Address
from services.installation.demo_state import DemoState
from services.installation.deployment import write_secrets
from services.installation.errors import CannotRun
from services.installation.installation import Installation
from services.installation.schemas import codes_digest
from services.kernel.security.tokens import Issuer, TokenVerifier
from services.registry.settings import RegistrySettings


def test_secrets_are_made_once_and_closed_to_others(tmp_path):
    keys = Installation(tmp_path).keys
    assert keys.made
    again = Installation(tmp_path).keys
    assert not again.made
    assert (again.signing_key, again.cursor_key, again.passwords) == (keys.signing_key, keys.cursor_key, keys.passwords)
    assert stat.S_IMODE((tmp_path / "secrets").stat().st_mode) == 0o700
    files = list((tmp_path / "secrets").iterdir())
    assert len(files) == 5
    assert {stat.S_IMODE(file.stat().st_mode) for file in files} == {0o600}


def test_secrets_do_not_show_in_a_trace(tmp_path):
    keys = Installation(tmp_path).keys
    assert keys.cursor_key not in repr(keys)


def test_two_starts_at_once_get_the_same_secrets(tmp_path):
    with ThreadPoolExecutor(4) as pool:
        made = list(pool.map(lambda _: Installation(tmp_path).keys.signing_key, range(8)))
    assert len(set(made)) == 1


async def test_a_printed_token_is_one_of_the_installation(tmp_path):
    installation = Installation(tmp_path)
    installation.remember_address("http://127.0.0.1:8123")
    assert installation.keys.made
    place = str(uuid4())
    printed = CliRunner().invoke(
        cli.app, ["token", "--role", "coordinator", "--coordination", place, "--data", str(tmp_path)]
    )
    assert printed.exit_code == 0
    issuer = Issuer(installation.keys.signing_key, issuer="http://127.0.0.1:8123")
    principal = await TokenVerifier(issuer="http://127.0.0.1:8123", keys=issuer).principal(printed.stdout.strip())
    assert [str(one) for one in principal.coordinations(Role.coordinator)] == [place]


@pytest.mark.parametrize("words", [["token", "--role", "admin"], ["backup", "vipu.tar"]])
def test_a_folder_without_an_installation_does_not_become_one(tmp_path, words):
    folder = tmp_path / "mistyped"
    refused = CliRunner().invoke(cli.app, [*words, "--data", str(folder)])
    assert isinstance(refused.exception, CannotRun)
    assert str(refused.exception).startswith(f"There is no installation in {folder} ")
    assert not folder.exists()


@pytest.mark.parametrize(
    "address", ["ftp://vipu.example", "vipu.example", "https://", "https://vipu.example/vipu", "https://vipu.example?a"]
)
def test_an_address_that_people_cannot_use_is_refused(address):
    refused = CliRunner().invoke(cli.app, ["up", "--public-url", address])
    assert refused.exit_code == 2
    assert "https://vipu.example" in refused.output


def test_a_changed_code_list_is_noticed_whatever_its_size(tmp_path):
    file = tmp_path / "codes.csv"
    file.write_text("code;name\n1;Häme\n", encoding="utf-8")
    before = codes_digest([file])
    assert codes_digest([file]) == before
    file.write_text("code;name\n2;Häme\n", encoding="utf-8")
    assert codes_digest([file]) != before


@pytest.mark.parametrize(("role", "missing"), [(Role.door, "--event"), (Role.project_contact, "--project")])
def test_a_role_that_holds_somewhere_says_where(tmp_path, role, missing):
    with pytest.raises(CannotRun, match=missing):
        tokens.mint(Installation(tmp_path), role, {}, minutes=15, tell=print)


def test_nobody_takes_an_installation_that_is_served(tmp_path):
    installation = Installation(tmp_path)
    assert not installation.is_served()
    with installation.served(), installation.served():
        assert installation.is_served()
        with pytest.raises(CannotRun, match="running"), installation.alone():
            pass
    with installation.alone():
        assert not installation.address.endswith(":0")


def test_only_a_first_start_that_was_cut_begins_anew(tmp_path):
    state = DemoState(tmp_path / "demo")
    assert not state.is_unfinished
    state.begin(with_demo=False)
    assert not state.is_unfinished
    state.begin(with_demo=True)
    assert state.is_unfinished
    state.finish()
    assert not state.is_unfinished


@pytest.mark.parametrize(
    ("address", "url"),
    [
        (Address("127.0.0.1", 8000), "http://127.0.0.1:8000"),
        (Address("0.0.0.0", 80), "http://127.0.0.1:80"),  # noqa: S104
        (Address("::", 8000), "http://[::1]:8000"),
        (Address("127.0.0.1", 8000, "https://vipu.example/"), "https://vipu.example"),
    ],
)
def test_an_address_is_what_people_call(address, url):
    assert address.url == url


def test_only_a_private_address_knows_its_names():
    assert Address("0.0.0.0", 80).names is None  # noqa: S104
    assert Address("127.0.0.1", 80, "https://vipu.example").names >= {"vipu.example", "localhost"}


def set_addresses(monkeypatch):
    monkeypatch.setenv("VIPU_PUBLIC_URL", "https://vipu.example")
    for name in STORING_SERVICES:
        monkeypatch.setenv(f"VIPU_{name.upper()}_URL", f"http://{name}:8000")


def test_the_secret_files_of_a_deployment_are_what_the_services_read(tmp_path, monkeypatch):
    folder = tmp_path / "secrets"
    written = write_secrets(folder, database_host="db.example:5432")
    assert write_secrets(folder, database_host="db.example:5432") == []
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    for name in written:
        if name.startswith("VIPU_"):
            monkeypatch.setenv(name, (folder / name).read_text())
    set_addresses(monkeypatch)
    settings = RegistrySettings()
    assert settings.environment == "production"
    assert settings.database_url.get_secret_value().endswith("@db.example:5432/vipu")
    assert set(settings.service_clients) == {"events", "feedback", "dashboard"}
    assert json.loads(settings.signing_key.get_secret_value())["crv"] == "P-256"


def test_half_a_set_of_secrets_is_not_completed(tmp_path):
    write_secrets(tmp_path, database_host="db")
    (tmp_path / "POSTGRES_PASSWORD").unlink()
    with pytest.raises(CannotRun, match="belong together"):
        write_secrets(tmp_path, database_host="db")


def test_compose_names_every_secret_that_is_made(tmp_path):
    compose = (Path(cli.__file__).parents[1] / "docker-compose.yml").read_text()
    for name in write_secrets(tmp_path, database_host="postgres:5432"):
        assert f"  {name}: {{file:" in compose


def test_in_production_a_token_comes_from_the_registrys_own_settings(tmp_path, monkeypatch):
    assert tokens.deployed() is None
    for name in write_secrets(tmp_path, database_host="db.example:5432"):
        monkeypatch.setenv(name, (tmp_path / name).read_text())
    set_addresses(monkeypatch)
    settings = tokens.deployed()
    assert settings is not None
    assert tokens.mint_deployed(settings, Role.admin, {}, minutes=5, bearer="anna").count(".") == 2
    with pytest.raises(CannotRun, match="by its id"):
        tokens.mint_deployed(settings, Role.door, {"event": "hankekahvit"}, minutes=5, bearer="anna")
    # All operators of the container have one login name.
    with pytest.raises(CannotRun, match="--as"):
        tokens.mint_deployed(settings, Role.admin, {}, minutes=5)


async def test_a_token_names_its_bearer_its_role_and_its_place(tmp_path, monkeypatch):
    monkeypatch.setenv("LOGNAME", "Anna")
    installation = Installation(tmp_path)
    installation.remember_address("http://127.0.0.1:8123")
    assert installation.keys.made
    place = uuid4()
    subjects = [
        await _subject(installation, Role.coordinator, {"coordination": str(place)}, None),
        await _subject(installation, Role.coordinator, {"coordination": str(place)}, "maija"),
        await _subject(installation, Role.coordinator, {}, "maija"),
        await _subject(installation, Role.funder, {}, "maija"),
    ]
    assert subjects == [
        f"operator:anna:coordinator:{place}",
        f"operator:maija:coordinator:{place}",
        "operator:maija:coordinator",
        "operator:maija:funder",
    ]
    longest = tokens.subject_of("a" * 40, Grant(Role.project_contact, project_id=place))
    assert len(longest) <= 120


async def _subject(installation, role, places, bearer):
    printed = tokens.mint(installation, role, places, minutes=5, tell=print, bearer=bearer)
    issuer = Issuer(installation.keys.signing_key, issuer="http://127.0.0.1:8123")
    return (await TokenVerifier(issuer="http://127.0.0.1:8123", keys=issuer).principal(printed)).subject


@pytest.mark.parametrize("name", ["a:b", "anna virtanen", "a" * 41, "a\nb"])
def test_a_name_that_could_be_taken_for_another_subject_is_refused(name):
    with pytest.raises(CannotRun, match="--as"):
        tokens.subject_of(name, Grant(Role.admin))


def test_a_role_holds_in_one_place(tmp_path):
    places = {"coordination": str(uuid4()), "event": str(uuid4())}
    with pytest.raises(CannotRun, match="--coordination and --event"):
        tokens.mint(Installation(tmp_path), Role.door, places, minutes=15, tell=print)
