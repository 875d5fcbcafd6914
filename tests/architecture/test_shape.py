"""The shape of the code: small files, small functions, imports at the top and in one direction."""

import ast
import re
from collections.abc import Iterator
from graphlib import TopologicalSorter

import pytest

from services.kernel.settings import ROOT
from tests.architecture.source import SERVICES, module_of, trees

# Libraries that are imported where they are used, and the reason. The command line does so everywhere.
LATE_IMPORTS = {
    "services/checks/commands.py": "each command imports what it needs, as in services/cli.py",
    "services/cli.py": "each command imports what it needs: `vipu --help` and `vipu token` are quick",
    "services/runner/audit_commands.py": "its commands are part of the command line",
    "services/feedback/results/statistics.py": "scipy takes a second to import, and few processes release a survey",
    "services/kernel/files/workbooks.py": "only a workbook needs its writer, which takes time to import",
}
MAX_FILE_LINES = 400
MAX_FUNCTION_LINES = 40
MAX_P99_FUNCTION_LINES = 30
MAX_KERNEL_FILES = 12
INDENTED_IMPORT = re.compile(r"^ +(import|from) ", re.MULTILINE)


def _functions() -> Iterator[tuple[int, str]]:
    for file, tree in trees().items():
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                lines = (node.end_lineno or node.lineno) - node.lineno + 1
                yield lines, f"{file.relative_to(ROOT)}:{node.lineno} {node.name}"


def test_a_file_has_at_most_four_hundred_lines():
    files = [*SERVICES.rglob("*.py"), *(ROOT / "tests").rglob("*.py")]
    counts = {str(file.relative_to(ROOT)): len(file.read_text(encoding="utf-8").splitlines()) for file in files}
    assert {file: count for file, count in counts.items() if count > MAX_FILE_LINES} == {}


def test_a_function_fits_on_a_screen():
    functions = sorted(_functions())
    assert [place for lines, place in functions if lines > MAX_FUNCTION_LINES] == []
    p99, place = functions[int(len(functions) * 0.99)]
    assert p99 <= MAX_P99_FUNCTION_LINES, place


def test_imports_stand_at_the_top():
    late = set()
    for file, tree in trees().items():
        if not INDENTED_IMPORT.search(file.read_text(encoding="utf-8")):
            continue
        functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
        inner = [node for function in functions for node in ast.walk(function)]
        if any(isinstance(node, ast.Import | ast.ImportFrom) for node in inner):
            late.add(str(file.relative_to(ROOT)))
    assert late == set(LATE_IMPORTS)


def _imports() -> Iterator[tuple[str, str]]:
    """Yield every import of a module of Vipu by another one. A package's `__init__` is imported with all below it."""
    modules = {module_of(file) for file in trees()}
    for file, tree in trees().items():
        package = module_of(file).split(".") if file.name == "__init__.py" else module_of(file).split(".")[:-1]
        for node in ast.walk(tree):
            if not isinstance(node, ast.ImportFrom):
                continue
            above = package[: len(package) - node.level + 1] if node.level else []
            base = ".".join([*above, *(node.module.split(".") if node.module else [])])
            for alias in node.names:
                name = f"{base}.{alias.name}"
                yield module_of(file), name if name in modules else base


def test_no_module_imports_itself_by_way_of_others():
    graph: dict[str, set[str]] = {}
    for one, other in _imports():
        graph.setdefault(one, set()).add(other)
    TopologicalSorter(graph).prepare()  # Raises CycleError, which names the modules.


def test_a_router_is_imported_by_its_application_alone():
    importers = {(one, other) for one, other in _imports() if other.endswith(".router")}
    assert {one for one, _ in importers if not one.endswith(".app")} == set()


@pytest.mark.parametrize("subject", sorted(path.name for path in (SERVICES / "kernel").iterdir() if path.is_dir()))
def test_a_subject_of_the_kernel_has_at_most_a_dozen_files(subject):
    files = [file for file in (SERVICES / "kernel" / subject).glob("*.py") if file.name != "__init__.py"]
    assert len(files) <= MAX_KERNEL_FILES
