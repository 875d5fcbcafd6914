"""Dead code: names that nothing uses, as vulture finds them, without the fields that frameworks read."""

import ast
import sys
import tomllib
from collections.abc import Iterator, Mapping
from fnmatch import fnmatch
from pathlib import Path
from typing import Final

from vulture import Vulture
from vulture.core import Item

from services.kernel.settings import ROOT

# The fields of classes derived from these are read by pydantic, SQLAlchemy, enum or a driver, not by their names.
_DATA: Final = frozenset({"BaseModel", "BaseSettings", "StrEnum", "Model", "TypedDict", "Protocol", "DomainError"})


def find_dead_code(root: Path) -> list[str]:
    """Return a line for each name in the checkout that nothing uses, and for each exception that nothing needs.

    `[tool.vulture]` in pyproject.toml lists the names that are used from outside, each with its reason.
    """
    settings = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["vulture"]
    vulture = Vulture(ignore_decorators=settings["ignore_decorators"])
    vulture.scavenge([str(root / path) for path in settings["paths"]])
    fields = _fields_of_data(root / "services")
    unused = [
        item
        for item in vulture.get_unused_code(min_confidence=settings["min_confidence"])
        if not _is_field(item, fields)
    ]
    exceptions = settings["ignore_names"]
    dead = [one for one in unused if not any(fnmatch(one.name, pattern) for pattern in exceptions)]
    needless = [pattern for pattern in exceptions if not any(fnmatch(one.name, pattern) for one in unused)]
    return [
        *(one.get_report() for one in dead),
        *(f"pyproject.toml: needless in ignore_names: {one}" for one in needless),
    ]


def _is_field(item: Item, fields: Mapping[Path, set[str]]) -> bool:
    if item.typ == "attribute":
        # A row is written here and read by SQL.
        return any(item.name in names for names in fields.values())
    return item.name in fields.get(Path(item.filename), ())


def _fields_of_data(folder: Path) -> Mapping[Path, set[str]]:
    """Return, by file, the names of the fields that its classes of data declare."""
    classes = {
        file: [node for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))) if isinstance(node, ast.ClassDef)]
        for file in folder.rglob("*.py")
    }
    data, size = set(_DATA), 0
    while len(data) > size:
        size = len(data)
        data |= {one.name for found in classes.values() for one in found if data.intersection(_bases(one))}
    return {
        file: {name for one in found if one.name in data for name in _fields(one)} for file, found in classes.items()
    }


def _bases(node: ast.ClassDef) -> Iterator[str]:
    for base in node.bases:
        generic = base.value if isinstance(base, ast.Subscript) else base
        yield generic.attr if isinstance(generic, ast.Attribute) else getattr(generic, "id", "")


def _fields(node: ast.ClassDef) -> Iterator[str]:
    for line in node.body:
        targets = (
            line.targets if isinstance(line, ast.Assign) else [line.target] if isinstance(line, ast.AnnAssign) else []
        )
        for target in targets:
            # `status, code = 404, "not-found"` declares two.
            yield from (name.id for name in ast.walk(target) if isinstance(name, ast.Name))


def main() -> int:
    """Print the dead code. Returns the exit code: 1 when there is any."""
    dead = find_dead_code(ROOT)
    sys.stdout.write("".join(f"{line}\n" for line in dead) or "There is no dead code.\n")
    return 1 if dead else 0


if __name__ == "__main__":
    sys.exit(main())
