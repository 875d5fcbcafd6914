"""A walk over every route of a service by a caller without rights."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from uuid import uuid4

import httpx
from fastapi import FastAPI

from tests.client import ApiClient

# Names of no real person: where one of them shows up, personal data does.
NAME, EMAIL, ORGANISATION = "Kaneli Salattu", "kaneli.salattu@salattu.example", "Salattu Oy"
CANARIES = ("kaneli", "salattu")
_METHODS = ("get", "put", "post", "patch", "delete")


@dataclass(frozen=True)
class Ground:
    """The data of the walk: ids for paths, parameters for reads and bodies for writes, by route."""

    ids: Mapping[str, str]
    params: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    bodies: Mapping[tuple[str, str], object] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)


def routes(app: FastAPI) -> Iterator[tuple[str, str]]:
    """Method and path of every route of the contract."""
    for path, item in app.openapi()["paths"].items():
        yield from ((method.upper(), path) for method in _METHODS if method in item)


async def walk(
    caller: ApiClient, app: FastAPI, ground: Ground, *, but: frozenset[tuple[str, str]] = frozenset()
) -> Iterator[tuple[str, str, httpx.Response]]:
    """The caller's answers, each with its method and path."""
    answers = []
    for method, path in routes(app):
        if (method, path) in but:
            continue
        address = path
        for name, value in ground.ids.items():
            address = address.replace("{" + name + "}", value)
        headers = {"If-Match": '"v1"', **ground.headers} if method != "GET" else dict(ground.headers)
        answer = await caller.send(
            method,
            address,
            params=ground.params.get(path, {}),
            json=ground.bodies.get((method, path)),
            headers=headers,
        )
        answers.append((method, path, answer))
    return iter(answers)


def without_rights(found: Iterator[tuple[str, str, httpx.Response]]) -> None:
    """Assert that nothing was written and no person was named."""
    for method, path, answer in found:
        where = f"{method} {path}: {answer.status_code} {answer.text[:300]}"
        assert answer.status_code < 500, where
        assert answer.status_code != 422, f"The walk asks wrongly. {where}"
        assert method == "GET" or answer.status_code >= 400, where
        assert not any(canary in answer.text.lower() for canary in CANARIES), where


async def same_as_nothing(caller: ApiClient, app: FastAPI, ground: Ground, *, names: tuple[str, ...]) -> None:
    """Assert that unseen ids are answered like ids that do not exist, on every verb and nested path."""
    nothing = Ground(
        {**ground.ids, **{name: str(uuid4()) for name in names}}, ground.params, ground.bodies, ground.headers
    )
    pairs = zip(await walk(caller, app, ground), await walk(caller, app, nothing), strict=True)
    for (method, path, known), (_, _, unknown) in pairs:
        if any("{" + name + "}" in path for name in names):
            where = f"{method} {path}: {known.text[:300]} {unknown.text[:300]}"
            assert known.status_code == unknown.status_code >= 400, where
            assert {**known.json(), "instance": ""} == {**unknown.json(), "instance": ""}, where
