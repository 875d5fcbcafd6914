"""The OpenAPI documents: one for each service and one for all, made from the code without a database."""

import copy
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

import httpx

from services.contracts.services import STORING_SERVICES
from services.kernel.http import InProcessTransport
from services.kernel.openapi import information
from services.kernel.openapi.names import REFERENCE, renamed, schemas_of
from services.kernel.openapi.parts import Json, JsonValue
from services.kernel.security.tokens import new_signing_key
from services.kernel.settings import ROOT
from services.runner.services import SERVICES

FOLDER: Final = ROOT / "openapi"
MERGED: Final = "vipu"


def documents() -> dict[str, Json]:
    """Return the document of each service, as production serves it."""
    client = httpx.AsyncClient(transport=InProcessTransport())
    # Not read from the environment: the documents are the same on every machine.
    shared: dict[str, object] = {
        "environment": "production",
        "public_url": "https://vipu.example",
        **{f"{name}_url": f"http://{name}:8000" for name in STORING_SERVICES},
        "smtp_host": "mail.vipu.example",
        "mail_from": "vipu@vipu.example",
        "signing_key": new_signing_key(),
        "cursor_key": "no cursor is ever made here",
        "database_url": "postgresql://nobody@127.0.0.1/nothing",
    }
    apps = {service.name: service.build(service.settings.model_validate(shared), client) for service in SERVICES}
    return {name: json.loads(json.dumps(app.openapi())) for name, app in apps.items()}


def merged(parts: Mapping[str, Json] | None = None) -> Json:
    """Return one valid document for partners: every service under its public address."""
    parts = documents() if parts is None else parts
    taken = colliding(parts)
    whole: Json = {
        "openapi": "3.1.0",
        "info": {
            "title": "Vipu",
            "version": information.VERSION,
            "description": information.described(
                "The backend of Finland's national coordination projects: registry, events, feedback and the dashboard "
                "over them."
            ),
            "contact": information.CONTACT,
            "license": information.LICENCE,
        },
        "servers": [{"url": "/", "description": "The one address of all services"}],
    }
    paths: Json = {}
    schemas: Json = {}
    examples: Json = {}
    schemes: Json = {}
    tags: list[JsonValue] = []
    for service, document in parts.items():
        part = _renamed(document, service, taken)
        paths.update(_paths(part, service))
        schemas.update(_object(part, "components", "schemas"))
        examples.update(_object(part, "components", "examples"))
        schemes.update(_object(part, "components", "securitySchemes"))
        tags += [_tag(service, tag) for tag in _list(part, "tags")]
    return {
        **whole,
        "tags": tags,
        "paths": paths,
        "components": {
            "schemas": dict(sorted(schemas.items())),
            "examples": dict(sorted(examples.items())),
            "securitySchemes": schemes,
        },
    }


def colliding(parts: Mapping[str, Json]) -> frozenset[str]:
    """Return the names of schemas that differ between two services, themselves or in a schema that they refer to."""
    definitions: dict[str, list[JsonValue]] = {}
    for document in parts.values():
        for name, schema in _object(document, "components", "schemas").items():
            definitions.setdefault(name, []).append(schema)
    shared = {name: schemas for name, schemas in definitions.items() if len(schemas) > 1}
    taken = {name for name, schemas in shared.items() if any(schema != schemas[0] for schema in schemas)}
    while True:
        more = {name for name in shared.keys() - taken if taken & set(_references(shared[name][0]))}
        if not more:
            return frozenset(taken)
        taken |= more


def _references(value: JsonValue) -> Iterator[str]:
    for text in _strings(value):
        if text.startswith(REFERENCE):
            yield text.removeprefix(REFERENCE)


def _strings(value: JsonValue) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for inner in value.values():
            yield from _strings(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _strings(inner)


def _renamed(document: Json, service: str, taken: frozenset[str]) -> Json:
    """Return the document with its colliding schemas named after the service."""
    return renamed(document, {name: _own(service, name) for name in taken & schemas_of(document).keys()})


def _own(service: str, name: str) -> str:
    return f"{service.capitalize()}{name}"


def _paths(part: Json, service: str) -> Json:
    """Return the part's paths under the public address; what stands at the root stays there."""
    paths: Json = {}
    for path, operations in _object(part, "paths").items():
        assert isinstance(operations, dict)
        for operation in operations.values():
            assert isinstance(operation, dict)
            operation.pop("servers", None)
            operation["operationId"] = f"{service}_{operation['operationId']}"
            operation["tags"] = [f"{service}: {tag}" for tag in _list(operation, "tags")]
        paths[f"/api/{service}{path}" if path.startswith("/v1") else path] = operations
    return paths


def _tag(service: str, tag: JsonValue) -> JsonValue:
    assert isinstance(tag, dict)
    return {**tag, "name": f"{service}: {tag['name']}"}


def _object(value: Json, *keys: str) -> Json:
    for key in keys:
        inner = value.setdefault(key, {})
        assert isinstance(inner, dict)
        value = inner
    return value


def _list(value: Json, key: str) -> list[JsonValue]:
    items = value.get(key, [])
    assert isinstance(items, list)
    return items


def texts() -> dict[str, str]:
    """Return the content that each file of the folder should have, by its name."""
    parts = documents()
    whole = {**parts, MERGED: merged(copy.deepcopy(parts))}
    return {
        f"{name}.json": json.dumps(document, ensure_ascii=False, indent=1, sort_keys=True) + "\n"
        for name, document in whole.items()
    }


def write(folder: Path = FOLDER) -> list[str]:
    """Write the files. Returns the names of those that changed."""
    stale = check(folder)
    folder.mkdir(exist_ok=True)
    for name, text in texts().items():
        (folder / name).write_text(text, encoding="utf-8")
    return stale


def check(folder: Path = FOLDER) -> list[str]:
    """Return the names of the files that differ from the code."""
    return [name for name, text in texts().items() if _read(folder / name) != text]


def _read(path: Path) -> str | None:
    return path.read_text(encoding="utf-8") if path.is_file() else None
