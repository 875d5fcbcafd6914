"""A query parameter given twice: a list's values are alternatives, and any other parameter is refused."""

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from services.contracts.services import SERVICE_NAMES
from services.demo.register import REGISTER_FILE
from tests.client import ApiClient
from tests.contract.test_documents import document, operations
from tests.factories import ADMIN, COORDINATION, a_project, an_event

# Values that are in no schema, of parameters without an enumeration.
VALUES: dict[str, list[str]] = {
    "fund": ["ESR+", "EAKR"],
    "noun": ["registrations", "partners"],
    "subject": ["operator:anna:coordinator", "partner:portal"],
    "programme_period": ["2021-2027", "2014-2020"],
    "programme_part": ["Etelä-Suomi", "Pohjois-Suomi"],
    "priority_axis": ["4", "5"],
    "specific_objective": ["4.1", "5.1"],
    "region": ["maakunta:13", "maakunta:06", "ely:04", "nuts3_2021:FI193"],
    "topic": ["theme:change_security", "theme:wellbeing_at_work"],
    "theme": ["change_security", "wellbeing_at_work"],
    "area": ["maakunta:13", "maakunta:06"],
    "call": [str(COORDINATION), "0192f0c1-7a52-7cc0-8f3c-0b7c2f4a9d33"],
    "coordination": [str(COORDINATION), "0192f0c1-7a52-7cc0-8f3c-0b7c2f4a9d33"],
    "organisation": [str(COORDINATION), "0192f0c1-7a52-7cc0-8f3c-0b7c2f4a9d33"],
    "event_type": ["webinar", "hankekahvit"],
    "keys": ["projects_active", "events_held"],
    "kind": ["project", "agency"],
    "state": ["running", "planned"],
    "scope": ["national", "regional"],
    "target_group": ["regional_actors", "national_projects"],
    "periods": ["2025S2", "2026S1"],
}
# The most values of one parameter that a request may have.
MOST = 50


def query_parameters(operation: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield from (one for one in operation.get("parameters", []) if one["in"] == "query")


def is_repeatable(parameter: dict[str, Any]) -> bool:
    return parameter["schema"].get("type") == "array"


def values_of(service: str, parameter: dict[str, Any]) -> list[str]:
    """Values that the schema accepts: all of an enumeration, else those of the table."""
    items = parameter["schema"]["items"]
    if "$ref" in items:
        items = document(service)["components"]["schemas"][items["$ref"].rpartition("/")[2]]
    values = [str(value) for value in items["enum"]] if "enum" in items else VALUES[parameter["name"]]
    assert len(values) > 1
    assert "pattern" not in items or all(re.search(items["pattern"], value) for value in values)
    return values


REPEATABLE = [
    pytest.param(service, path, parameter, id=f"{service} {path} {parameter['name']}")
    for service in SERVICE_NAMES
    for _, path, operation in operations(service)
    for parameter in query_parameters(operation)
    if is_repeatable(parameter)
]
READS = [
    pytest.param(service, path, operation, id=f"{service} {path}")
    for service in SERVICE_NAMES
    for method, path, operation in operations(service)
    if method == "get" and any(not is_repeatable(one) for one in query_parameters(operation))
]


async def address_of(client: Callable[..., ApiClient], caller: ApiClient, path: str) -> str:
    """Enter what the path names. Returns the path with its id."""
    if path.startswith("/v1/events/{"):
        return path.replace("{ref}", str((await an_event(caller))["id"]))
    if path.startswith("/v1/projects/{"):
        return path.replace("{ref}", str((await a_project(caller))["id"]))
    if path.startswith("/v1/coordinations/{"):
        coordination = await a_project(client("registry", ADMIN), kind="programme", scope="national")
        return path.replace("{ref}", str(coordination["id"])).replace("{key}", "coffee")
    if path.startswith("/v1/imports/{"):
        rows = b"".join(REGISTER_FILE.read_bytes().splitlines(keepends=True)[:2])
        made = await caller.send("POST", "/v1/imports", content=rows, headers={"Content-Type": "text/csv"})
        assert made.status_code == 202, made.text
        return path.replace("{import_id}", made.headers["location"].rpartition("/")[2])
    return path


async def required_by(caller: ApiClient, service: str, path: str) -> dict[str, str]:
    """The values of the parameters without which the route answers nothing."""
    match path:
        case "/v1/measures" if service == "registry":
            coordination = await a_project(caller, kind="programme", scope="national")
            return {"coordination": str(coordination["id"]), "period": "2026S2"}
        case "/v1/measures":
            return {"coordination": str(COORDINATION), "period": "2026S2"}
        case "/v1/search":
            return {"q": "kokeilu"}
    return {}


@pytest.mark.parametrize(("service", "path", "parameter"), REPEATABLE)
async def test_the_values_of_a_repeated_parameter_are_alternatives(client, service, path, parameter):
    caller, name, values = client(service, ADMIN), parameter["name"], values_of(service, parameter)
    address, most = await address_of(client, caller, path), parameter["schema"].get("maxItems", MOST)
    needed = await required_by(caller, service, path)
    for given in ([values[0]], [values[0]] * 2, values[:2], values[1::-1], values[:most], [values[-1]] * most):
        answer = await caller.get(address, **needed, **{name: given})
        assert answer.status_code == 200, (given, answer.text)
    if "format" not in {one["name"] for one in query_parameters(document(service)["paths"][path]["get"])}:
        return
    file = await caller.get(address, **needed, **{name: values[:2]}, format="jsonl")
    assert file.status_code == 200, file.text
    too_many = await caller.get(address, **needed, **{name: [values[0]] * (most + 1)})
    assert too_many.status_code == 422, too_many.text


LISTS = [one for one in READS if any(map(is_repeatable, query_parameters(one.values[2])))]


@pytest.mark.parametrize(("service", "path", "operation"), LISTS)
async def test_all_repeatable_parameters_take_their_most_values_at_once(client, service, path, operation):
    caller = client(service, ADMIN)
    address, given = await address_of(client, caller, path), dict[str, object](await required_by(caller, service, path))
    for parameter in query_parameters(operation):
        if is_repeatable(parameter):
            most = parameter["schema"].get("maxItems", MOST)
            values = values_of(service, parameter)
            given[parameter["name"]] = (values * most)[:most]
    answer = await caller.get(address, **given)
    assert answer.status_code == 200, answer.text


@pytest.mark.parametrize(("service", "path", "operation"), READS)
async def test_a_parameter_that_takes_one_value_is_refused_when_given_twice(client, service, path, operation):
    caller = client(service, ADMIN)
    address = re.sub(r"{\w+}", str(COORDINATION), path)
    for parameter in query_parameters(operation):
        if is_repeatable(parameter):
            continue
        for pair in (["1", "1"], ["1", "2"]):
            answer = await caller.get(address, **{parameter["name"]: pair})
            assert (answer.status_code, answer.json()["code"]) == (422, "invalid"), answer.text
            assert [(error["pointer"], error["code"]) for error in answer.json()["errors"]] == [
                (f"/query/{parameter['name']}", "repeated-parameter")
            ]
