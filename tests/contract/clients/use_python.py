"""Run with the Python of the generators: make the calls of standard input with the client in the folder `argv[1]`."""

import asyncio
import importlib
import io
import json
import pkgutil
import sys
import typing
from types import ModuleType
from typing import Any

from filling import filled  # Beside this program, which is no module of a package where it runs.

sys.path.insert(0, sys.argv[1])
made = importlib.import_module("made_client")
types = importlib.import_module("made_client.types")


def modules() -> dict[str, ModuleType]:
    """The modules of the operations, by operation."""
    api = importlib.import_module("made_client.api")
    found = pkgutil.walk_packages(api.__path__, "made_client.api.")
    return {info.name.rpartition(".")[2]: importlib.import_module(info.name) for info in found if not info.ispkg}


def body_of(operation: ModuleType, call: dict[str, Any], known: dict[str, Any]) -> dict[str, Any]:
    """The keyword `body` of the call, an object of the generated class, or nothing."""
    if call["body"] is None and call["file"] is None:
        return {}
    hints = typing.get_type_hints(operation.sync_detailed)["body"]
    classes = [kind for kind in (typing.get_args(hints) or (hints,)) if hasattr(kind, "from_dict")]
    if call["file"] is not None:
        payload = io.BytesIO(filled(call["file"], known).encode())
        return {"body": classes[0](file=types.File(payload=payload, file_name="lista.csv"))}
    return {"body": classes[0].from_dict(filled(call["body"], known))}


async def make(client: Any, operation: ModuleType, call: dict[str, Any], known: dict[str, Any]) -> Any:
    """Make one call."""
    given = {**call["path"], **call["query"], **call["headers"]}
    arguments = {name.lower().replace("-", "_"): value for name, value in filled(given, known).items()}
    return await operation.asyncio_detailed(client=client, **arguments, **body_of(operation, call, known))


async def main() -> None:
    """Make all calls; print what differs from what is expected."""
    work = json.load(sys.stdin)
    known, operations, wrong = work["known"], modules(), []
    known_caller = made.AuthenticatedClient(base_url=work["address"], token=work["token"], timeout=30)
    public_caller = made.Client(base_url=work["address"], timeout=30)
    for call in work["calls"]:
        client = public_caller if call["public"] else known_caller
        answer = await make(client, operations[call["operation"]], call, known)
        parsed = type(answer.parsed).__name__
        if answer.status_code != call["status"] or parsed == "Problem":
            wrong.append(
                {"operation": call["operation"], "status": answer.status_code, "body": answer.content.decode()}
            )
        elif call["status"] != 204 and parsed == "NoneType":
            wrong.append({"operation": call["operation"], "parsed": parsed})
        for name, keys in call["keep"].items():
            value = json.loads(answer.content)
            for key in keys:
                value = value[key]
            known[name] = value
        if call["etag"]:
            known[call["etag"]] = answer.headers["etag"]
    print(json.dumps(wrong))  # noqa: T201


asyncio.run(main())
