"""Clients that generators make from the whole document call the running services; linters find no fault in it.

The generators are installed by `python -m tests.contract.clients.prepare`; without them these tests are skipped.
"""

import asyncio
import dataclasses
import importlib.util
import json
import os
import shutil
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from datetime import timedelta
from pathlib import Path
from types import ModuleType
from typing import Any

import httpx
import pytest
import pytest_asyncio

from services.contracts.roles import Grant, Role
from services.demo.register import REGISTER_FILE
from services.kernel.security.tokens import Issuer
from tests.contract.clients.calls import CALLS, NOT_CALLED, Call
from tests.contract.clients.filling import filled
from tests.contract.clients.prepare import HERE, NODE_MODULES, missing, node_folder, tool
from tests.contract.server import running_server
from tests.contract.test_documents import document, operations
from tests.factories import ADMIN, COORDINATION, a_survey

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(missing() is not None, reason=missing() or ""),
]
_SECONDS = 120

Work = Callable[[str], dict[str, Any]]


@dataclasses.dataclass(frozen=True)
class Operation:
    """An operation of the whole document."""

    method: str
    path: str
    stated: Mapping[str, Any]


def by_name() -> dict[str, Operation]:
    """The operations of the whole document, by their ids."""
    return {stated["operationId"]: Operation(method, path, stated) for method, path, stated in operations("vipu")}


def run(*words: str | Path, folder: Path, given: str = "") -> str:
    """Run a program of the generators. Returns what it prints."""
    node = node_folder()
    path = os.pathsep.join((str(node), str(tool("python").parent), os.environ["PATH"]))
    quiet = {"REDOCLY_TELEMETRY": "off", "REDOCLY_SUPPRESS_UPDATE_NOTICE": "true", "CI": "true", "NO_COLOR": "1"}
    ended = subprocess.run(  # noqa: S603 - The test makes every word of the command.
        [str(word) for word in words],
        cwd=folder,
        input=given,
        env={**os.environ, **quiet, "PATH": path},
        capture_output=True,
        text=True,
        check=False,
        timeout=_SECONDS,
    )
    assert ended.returncode == 0, f"{words}\n{ended.stdout[-5000:]}\n{ended.stderr[-5000:]}"
    return ended.stdout + ended.stderr


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with the document, where programs of Node find their packages."""
    (tmp_path / "vipu.json").write_text(json.dumps(document("vipu")), encoding="utf-8")
    (tmp_path / "node_modules").symlink_to(NODE_MODULES)
    (tmp_path / "package.json").write_text('{"type": "module"}', encoding="utf-8")
    return tmp_path


def described(call: Call) -> dict[str, Any]:
    """The call with what a client without generated functions must know of its operation."""
    found = by_name()[call.operation]
    kinds = next((answer for status, answer in found.stated["responses"].items() if status.startswith("2")), {})
    parsed = "json" if any("json" in kind for kind in kinds.get("content", {})) else "text"
    form = "application/x-www-form-urlencoded" in found.stated.get("requestBody", {}).get("content", {})
    more = {"method": found.method, "template": found.path, "parse": parsed, "form": form}
    return {**dataclasses.asdict(call), **more}


@pytest_asyncio.fixture
async def work_of(applications, all_settings, signing_key, client) -> AsyncIterator[Work]:
    """`work_of("python")`: the calls of a client, the address of the running services, a token and the first values."""
    await a_survey(client("feedback", ADMIN))
    surveys = await client("feedback", ADMIN).get("/v1/surveys")
    first = b"".join(REGISTER_FILE.read_bytes().splitlines(keepends=True)[:3]).decode("utf-8-sig")
    token = Issuer(signing_key, issuer=all_settings["registry"].issuer).mint(
        "generated", [Grant(Role.admin)], lifetime=timedelta(minutes=15)
    )
    with running_server(all_settings) as address:

        def work(name: str) -> dict[str, Any]:
            known = {
                "client": name,
                "coordination": str(COORDINATION),
                "survey": surveys.json()["items"][0]["id"],
                "list": first,
            }
            return {"address": address, "token": token, "calls": [*map(described, CALLS)], "known": known}

        yield work


def test_the_calls_are_all_reads_and_the_main_writes():
    called = {call.operation for call in CALLS}
    assert called <= by_name().keys()
    reads = {name for name, operation in by_name().items() if operation.method == "get"}
    assert reads - called == NOT_CALLED
    assert len(called - reads) >= 24


async def test_the_python_client_has_every_operation_and_calls_the_main_routes(folder, work_of):
    made = folder / "made_client"
    options = ("--path", folder / "vipu.json", "--meta", "none", "--output-path", made, "--fail-on-warning")
    said = await asyncio.to_thread(run, tool("openapi-python-client"), "generate", *options, folder=folder)
    assert "WARNING" not in said, said
    names = {path.stem for path in made.glob("api/*/*.py")} - {"__init__"}
    assert names == by_name().keys()
    given = json.dumps(work_of("python"))
    said = await asyncio.to_thread(run, tool("python"), HERE / "use_python.py", folder, folder=folder, given=given)
    assert json.loads(said) == []


async def test_both_typescript_clients_compile_and_call_the_main_routes(folder, work_of):
    await asyncio.to_thread(_make_typescript_clients, folder)
    for name in ("use_fetch", "use_hey"):
        given = json.dumps(work_of(name))
        said = await asyncio.to_thread(run, "node", folder / f"{name}.mjs", folder=folder, given=given)
        assert json.loads(said) == [], name


def _make_typescript_clients(folder: Path) -> None:
    for name in ("calling.mjs", "use_fetch.mjs", "use_hey.mjs", "typed.ts"):
        shutil.copy(HERE / name, folder / name)
    programs = NODE_MODULES / ".bin"
    run(
        programs / "openapi-typescript", "vipu.json", "-o", "schema.d.ts", "--default-non-nullable=false", folder=folder
    )
    plugins = ("@hey-api/client-fetch", "@hey-api/sdk", "@hey-api/typescript")
    (folder / "openapi-ts.config.mjs").write_text(
        "export default { input: './vipu.json', logs: { level: 'silent', file: false }, "
        "output: { path: './hey', importFileExtension: '.js' }, "
        f"plugins: {json.dumps(plugins)} }};",
        encoding="utf-8",
    )
    run(programs / "openapi-ts", folder=folder)
    strict = ("--strict", "--module", "nodenext", "--target", "es2022", "--lib", "es2023,dom,dom.iterable")
    run(programs / "tsc", *strict, "--skipLibCheck", "typed.ts", folder=folder)


async def test_the_models_of_datamodel_code_generator_parse_every_answer(folder, work_of):
    options = ("--input", "vipu.json", "--input-file-type", "openapi", "--output", "made_models.py")
    kind = ("--output-model-type", "pydantic_v2.BaseModel", "--formatters", "builtin")
    await asyncio.to_thread(run, tool("datamodel-codegen"), *options, *kind, folder=folder)
    models = loaded(folder / "made_models.py")
    parsed = 0
    for name, status, answer in await asyncio.to_thread(lambda: list(answers(work_of("plain")))):
        media = by_name()[name].stated["responses"][str(status)]["content"].get("application/json")
        if media is not None and "$ref" in media["schema"]:
            getattr(models, media["schema"]["$ref"].rpartition("/")[2]).model_validate_json(answer)
            parsed += 1
    assert parsed > 60


def loaded(path: Path) -> ModuleType:
    """The module of the file."""
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec is not None and spec.loader is not None
    module = sys.modules[path.stem] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def answers(work: dict[str, Any]) -> Iterator[tuple[str, int, bytes]]:
    """Make the calls without a generated client. Yields operation, status and body of each answer."""
    known = work["known"]
    headers = {"Authorization": f"Bearer {work['token']}"}
    with httpx.Client(base_url=work["address"], headers=headers, timeout=30) as http:
        for call in work["calls"]:
            answer = _answer(http, call, known)
            assert answer.status_code == call["status"], f"{call['operation']}: {answer.text}"
            for name, keys in call["keep"].items():
                value = answer.json()
                for key in keys:
                    value = value[key]
                known[name] = value
            if call["etag"]:
                known[call["etag"]] = answer.headers["etag"]
            if answer.content:
                yield call["operation"], answer.status_code, answer.content


def _answer(http: httpx.Client, call: dict[str, Any], known: dict[str, Any]) -> httpx.Response:
    path = call["template"].format(**filled(call["path"], known))
    body = filled(call["body"], known)
    sent = {"data": body} if call["form"] else {"json": body} if body is not None else {}
    if call["file"] is not None:
        sent = {"files": {"file": ("lista.csv", filled(call["file"], known))}}
    query, headers = filled(call["query"], known), filled(call["headers"], known)
    if call["public"]:
        return httpx.request(call["method"], http.base_url.join(path), params=query, headers=headers, **sent)
    return http.request(call["method"], path, params=query, headers=headers, **sent)


def test_redocly_and_spectral_find_no_fault(folder):
    programs = NODE_MODULES / ".bin"
    said = run(programs / "redocly", "lint", "vipu.json", "--format", "json", folder=folder)
    assert json.loads(said[said.index("{") : said.rindex("}") + 1])["totals"] == {
        "errors": 0,
        "warnings": 0,
        "ignored": 0,
    }
    (folder / "rules.yaml").write_text('extends: ["spectral:oas"]\n', encoding="utf-8")
    said = run(
        programs / "spectral", "lint", "--ruleset", "rules.yaml", "--fail-severity", "warn", "vipu.json", folder=folder
    )
    assert "No results with a severity of 'warn' or higher found" in said
