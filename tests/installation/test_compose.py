"""`docker-compose.yml` and `deploy/`: bounded, checked and pinned containers, as docs/operations.md lists them."""

import re
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

from services.contracts.services import SERVICE_NAMES, STORING_SERVICES
from services.kernel.settings import ROOT

COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))
CONTAINERS: dict[str, dict[str, Any]] = COMPOSE["services"]
NGINX = (ROOT / "deploy" / "nginx.conf").read_text(encoding="utf-8")
ADDRESSES = (ROOT / "deploy" / "addresses.conf").read_text(encoding="utf-8")
OPERATIONS = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
WORKERS = [f"{name}-work" for name in STORING_SERVICES]
# It ends when its work is done.
ENDING = {"migrate"}


def image_of(name: str) -> str:
    """Return the image of a container, with the version that holds where the operator names none."""
    return re.sub(r"\$\{\w+:-([^}]*)\}", r"\1", CONTAINERS[name]["image"])


@pytest.mark.slow
def test_the_compose_file_follows_the_specification():
    words = [Path(sys.executable).with_name("check-jsonschema"), "--builtin-schema", "vendor.compose-spec"]
    done = subprocess.run([*words, ROOT / "docker-compose.yml"], capture_output=True, text=True, check=False)  # noqa: S603
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("name", CONTAINERS)
def test_a_container_has_bounds_and_no_rights(name):
    container = CONTAINERS[name]
    assert re.fullmatch(r"\d+[mg]", container["mem_limit"])
    assert container["pids_limit"] > 0
    options = container["logging"]["options"]
    assert (container["logging"]["driver"], options) == ("json-file", {"max-size": "10m", "max-file": "5"})
    assert container["read_only"] is True
    assert container["cap_drop"] == ["ALL"]
    assert "cap_add" not in container
    assert "privileged" not in container
    assert container["security_opt"] == ["no-new-privileges:true"]
    assert container["restart"] == ("no" if name in ENDING else "unless-stopped")


@pytest.mark.parametrize("name", sorted(CONTAINERS.keys() - ENDING))
def test_a_container_that_runs_on_is_checked(name):
    check = CONTAINERS[name]["healthcheck"]
    assert check["test"][0] == "CMD"
    assert {"interval", "timeout", "start_period", "retries"} < check.keys()


@pytest.mark.parametrize("name", CONTAINERS)
def test_images_are_pinned_to_a_minor_version(name):
    tag = image_of(name).partition(":")[2]
    assert re.match(r"v?\d+\.\d+(-|$)", tag), tag


def test_the_image_of_vipu_has_the_version_of_the_product_and_a_pinned_base():
    version = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    own = {image_of(name) for name, container in CONTAINERS.items() if "build" in container}
    assert own == {f"vipu:{version.rpartition('.')[0]}"}
    bases = re.findall(r"^FROM (\S+)", (ROOT / "Dockerfile").read_text(), re.MULTILINE)
    assert len(set(bases)) == 1
    assert re.fullmatch(r"python:3\.\d+-slim-[a-z]+", bases[0])


def test_postgres_has_room_for_the_connections_of_all_processes():
    [limit] = [int(word.partition("=")[2]) for word in CONTAINERS["postgres"]["command"] if "max_connections" in word]
    processes = sum(
        int(one["command"][-1]) if "--workers" in one["command"] else 1 for one in CONTAINERS.values() if "build" in one
    )
    assert limit > 20 * processes


@pytest.mark.parametrize("name", WORKERS)
def test_a_worker_is_checked_by_the_file_that_it_touches(name):
    container = CONTAINERS[name]
    check = container["healthcheck"]["test"]
    assert check[1:4] == ["python", "-m", "services.runner.liveness"]
    assert check[4] == container["environment"]["VIPU_LIVENESS_FILE"]
    assert any(check[4].startswith(f"{folder}/") for folder in container["tmpfs"])


def test_the_front_waits_for_no_service_and_answers_for_itself():
    proxy = CONTAINERS["proxy"]
    assert "depends_on" not in proxy
    port = re.search(r"http://127\.0\.0\.1:(\d+)/", proxy["healthcheck"]["test"][-1])[1]
    assert f"listen 127.0.0.1:{port};" in NGINX
    assert [volume.split(":")[-2:] for volume in proxy["volumes"]] == [
        ["/etc/nginx/nginx.conf", "ro"],
        ["/etc/nginx/addresses.conf", "ro"],
    ]


def test_the_front_finds_the_services_where_they_find_each_other():
    found = dict(re.findall(r"^ +(\w+) +(http://\S+);", ADDRESSES, re.MULTILINE))
    given = CONTAINERS["dashboard"]["environment"]
    expected = {name: given[f"VIPU_{name.upper()}_URL"] for name in SERVICE_NAMES}
    assert found == {**expected, "default": "http://site:8000"}
    # A name that is resolved when nginx starts would keep its first address.
    assert not re.search(r"^\s*(upstream|server)\s+\w+[^{]*\{", NGINX.replace("server {", ""), re.MULTILINE)
    assert set(re.findall(r"proxy_pass ([^;]+);", NGINX)) == {"$address$target"}


def rows_under(heading: str) -> list[list[str]]:
    """Return the rows of the table below a heading of the document, without its first two lines."""
    table = OPERATIONS.partition(f"### {heading}\n")[2].partition("\n#")[0]
    rows = [line for line in table.splitlines() if line.startswith("|")]
    return [[cell.strip(" `") for cell in row.strip("|").split("|")] for row in rows[2:]]


def test_the_document_lists_images_limits_and_health_checks():
    listed = {row[0]: row[1:] for row in rows_under("Containers")}
    assert listed.keys() == CONTAINERS.keys()
    for name, container in CONTAINERS.items():
        image, memory, kind, *figures = listed[name]
        assert (image, memory) == (image_of(name), container["mem_limit"])
        check = container["healthcheck"]
        if name in ENDING:
            assert check == {"disable": True}
        else:
            assert kind.removeprefix("port ") in " ".join(check["test"])
            assert figures == [str(check[fact]) for fact in ("interval", "timeout", "retries")]


def block_of(opening: str) -> str:
    """Return what stands between the braces behind these words."""
    return NGINX.partition(opening)[2].partition("}")[0]


def test_the_document_lists_the_time_outs_of_the_front():
    everywhere = re.sub(r"location @\w+ \{[^}]*\}", "", NGINX)
    for name, value in rows_under("The front"):
        directive = name.partition(" ")[0].strip("`")
        if "valid" in name:
            assert f"valid={value} " in ADDRESSES
        elif location := re.search(r"@\w+", name):
            assert f"{directive} {value};" in block_of(f"location {location[0]} {{")
        else:
            assert re.findall(rf"\b{directive} ([^;]+);", everywhere + ADDRESSES) == [value], directive
    named = {name.partition(" ")[0].strip("`") for name, _ in rows_under("The front")}
    assert set(re.findall(r"\b(\w+_timeout) ", NGINX + ADDRESSES)) <= named
