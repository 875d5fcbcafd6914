"""Data files lie with their owner, are used, have a source, and are installed."""

import tomllib
from pathlib import Path

import pytest

from services.kernel.settings import ROOT

FOLDERS = [
    "services/registry/codes/data",
    "services/registry/organisations/data",
    "services/contracts/data",
    "services/demo/data",
    "tests/data",
]
PACKAGES = sorted(file.parent for tree in ("services", "migrations") for file in (ROOT / tree).rglob("__init__.py"))


def data_files(folder: str) -> list[Path]:
    return [file for file in (ROOT / folder).iterdir() if file.is_file() and file.suffix not in {".py", ".md"}]


def other_files(folder: Path) -> set[Path]:
    return {file for file in folder.rglob("*") if file.is_file() and file.suffix not in {".py", ".pyc"}}


def test_there_is_no_other_folder_of_data():
    found = {
        file.parent.relative_to(ROOT).as_posix() for tree in ("services", "tests") for file in other_files(ROOT / tree)
    }
    assert {folder for folder in found if folder.endswith("/data")} == set(FOLDERS)


@pytest.mark.parametrize("folder", FOLDERS)
def test_every_file_of_data_is_used_and_attributed(folder):
    texts = [file.read_text(encoding="utf-8") for tree in ("services", "tests") for file in (ROOT / tree).rglob("*.py")]
    readme = (ROOT / folder / "README.md").read_text(encoding="utf-8")
    names = [file.name for file in data_files(folder)]
    assert names
    assert [name for name in names if name not in readme] == []
    assert [name for name in names if not any(f'"{name}"' in text for text in texts)] == []


def test_every_file_beside_the_code_is_installed_with_it():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    patterns = project["tool"]["setuptools"]["package-data"]["*"]
    installed = {file for package in PACKAGES for pattern in patterns for file in package.glob(pattern)}
    assert (other_files(ROOT / "services") | other_files(ROOT / "migrations")) - installed == set()


def test_installed_files_lie_in_a_package():
    folders = {file.parent for tree in ("services", "migrations") for file in (ROOT / tree).rglob("*.py")}
    assert folders - set(PACKAGES) == set()
