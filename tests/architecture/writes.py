"""Find the writers of tables: by the targets of SQLAlchemy, by rows that are made, and by SQL in strings."""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from services.kernel.settings import ROOT
from tests.architecture.source import SERVICES, module_of, trees

_WRITING = {"insert", "update", "delete"}
# What of the kernel writes the table that it is given.
_WRITERS = {"insert_all", "LeasedQueue"}
# What of the kernel's `copies` writes the table that is its second argument.
_COPYING = {"keep", "drop", "reconcile"}
# A name that is written into the text when the program runs reads as this.
HOLE = "…"
_NAME = rf'(?:ONLY\s+)?(?:"?\w+"?\.)?"?({HOLE}|\w+)"?'
_SQL = re.compile(
    rf"\b(?:INSERT\s+INTO|DELETE\s+FROM|MERGE\s+INTO|TRUNCATE(?:\s+TABLE)?|COPY)\s+{_NAME}"
    rf"|\bUPDATE\s+{_NAME}(?:\s+(?:AS\s+)?\w+)?\s+SET\b",
    re.IGNORECASE,
)
# A module with none of these words has neither a table nor SQL.
_COULD_WRITE = re.compile(
    r"(?i:sqlalchemy|models|insert_all|insert into|delete from|merge into|truncate|copy \w+ from)|UPDATE"
)


@dataclass(frozen=True, slots=True)
class Write:
    """A place that writes: its package, the owner of the table, and the table."""

    package: str
    owner: str
    table: str
    place: str


@dataclass(frozen=True, slots=True)
class Table:
    """A table as its package declares it; `symbol` is the dotted name of the class or variable that stands for it."""

    name: str
    owner: str
    symbol: str


def package_of(file: Path) -> str:
    """Return `registry/projects` for the files of that package, `kernel` for those of the kernel."""
    parts = file.relative_to(SERVICES).with_suffix("").parts
    return "kernel" if parts[0] == "kernel" else "/".join(parts[:2])


@cache
def writing_trees() -> dict[Path, ast.Module]:
    """Return the parsed modules of the services that could write."""
    return {file: tree for file, tree in trees().items() if _COULD_WRITE.search(file.read_text(encoding="utf-8"))}


@cache
def tables() -> dict[str, Table]:
    """Return the tables by their names."""
    return {table.name: table for file, tree in writing_trees().items() for table in _declared(file, tree)}


@cache
def _by_symbol() -> dict[str, Table]:
    return {table.symbol: table for table in tables().values()}


def _declared(file: Path, tree: ast.Module) -> Iterator[Table]:
    owner, module = package_of(file), module_of(file)
    for node in ast.walk(tree):
        match node:
            case ast.ClassDef(name=symbol, body=body):
                for line in body:
                    match line:
                        case ast.Assign(targets=[ast.Name(id="__tablename__")], value=ast.Constant(value=str(name))):
                            yield Table(name, owner, f"{module}.{symbol}")
            case ast.Assign(
                targets=[ast.Name(id=symbol)],
                value=ast.Call(func=ast.Name(id="Table"), args=[ast.Constant(value=str(name)), *_]),
            ):
                yield Table(name, owner, f"{module}.{symbol}")


@cache
def writes() -> tuple[Write, ...]:
    """Return every write of a table in the services."""
    return tuple(write for file, tree in writing_trees().items() for write in Module(file, tree).writes())


class Module:
    """A file with the meanings of its names and with its writes."""

    def __init__(self, file: Path, tree: ast.Module) -> None:
        self._file, self._package, self._nodes = file, package_of(file), list(ast.walk(tree))
        self._names = dict(self._imported())
        self._assigned = {
            target.id: node.value
            for node in self._nodes
            if isinstance(node, ast.Assign | ast.AnnAssign) and node.value is not None
            for target in (node.targets if isinstance(node, ast.Assign) else [node.target])
            if isinstance(target, ast.Name)
        }

    def writes(self) -> Iterator[Write]:
        """Yield the writes of the file, each with the owner of its table; an unknown target is owned by `?`."""
        texts = {id(part) for node in self._nodes for part in _not_sql(node)}
        for node in self._nodes:
            if isinstance(node, ast.Call):
                yield from self._at(node, self._called(node))
            elif isinstance(node, ast.Constant | ast.JoinedStr) and id(node) not in texts:
                yield from self._at(node, _in_sql(node))
            elif isinstance(node, ast.AsyncFunctionDef | ast.FunctionDef):
                yield from self._rows_changed(node)

    def _at(self, node: ast.expr | ast.stmt, targets: Iterator[Table | str]) -> Iterator[Write]:
        place = f"{self._file.relative_to(ROOT)}:{node.lineno}"
        for target in targets:
            owner, name = (target.owner, target.name) if isinstance(target, Table) else ("?", target)
            yield Write(self._package, owner, name, place)

    def _imported(self) -> Iterator[tuple[str, str]]:
        here = module_of(self._file).split(".")
        for node in self._nodes:
            if isinstance(node, ast.ImportFrom):
                base = (
                    ".".join([*here[: len(here) - node.level], *filter(None, [node.module])])
                    if node.level
                    else node.module
                )
                yield from ((name.asname or name.name, f"{base}.{name.name}") for name in node.names)
            elif isinstance(node, ast.Import):
                yield from ((name.asname or name.name, name.name) for name in node.names)

    def _table(self, node: ast.expr, *, depth: int = 3) -> Table | None:
        """Return the table of an expression, where the file itself shows it."""
        match node:
            case ast.Name(id=name) if name in self._assigned and depth:
                return self._table(self._assigned[name], depth=depth - 1)
            case ast.Name(id=name):
                return _by_symbol().get(self._names.get(name, f"{module_of(self._file)}.{name}"))
            case (
                ast.Attribute(value=value, attr="__table__")
                | ast.Subscript(value=ast.Attribute(attr="tables"), slice=ast.Attribute(value=value))
                | ast.Call(func=ast.Name(id="cast"), args=[_, value])
            ):
                return self._table(value)
            case ast.Subscript(value=ast.Attribute(attr="tables"), slice=ast.Constant(value=str(name))):
                return tables().get(name)
            case ast.Attribute(value=ast.Name(id=name), attr=attribute):
                return _by_symbol().get(f"{self._names.get(name)}.{attribute}")
        return None

    def _called(self, call: ast.Call) -> Iterator[Table | str]:
        target = (
            call.args[0] if call.args else next((word.value for word in call.keywords if word.arg == "table"), None)
        )
        match call.func:
            case ast.Name(id=name) if (
                target
                and self._names.get(name, "").startswith("sqlalchemy.")
                and (self._names[name].rpartition(".")[2] in _WRITING)
            ):
                yield self._table(target) or ast.unparse(target)
            case ast.Attribute(value=value, attr=method) if method in _WRITING and (table := self._table(value)):
                yield table
            case ast.Name(id=name) if target and name in _WRITERS:
                yield self._table(target) or ast.unparse(target)
            case ast.Attribute(value=ast.Name(id=name), attr=method) if (
                method in _COPYING and self._names.get(name) == "services.kernel.background.copies"
            ):
                yield self._table(call.args[1]) or ast.unparse(call.args[1])
            case func if table := self._table(func):
                yield table

    def _rows_changed(self, function: ast.AsyncFunctionDef | ast.FunctionDef) -> Iterator[Write]:
        nodes = list(ast.walk(function))
        rows = dict(self._rows_known(function.args, nodes))
        for node in nodes if rows else []:
            match node:
                case ast.Attribute(value=ast.Name(id=name), ctx=ast.Store()) if name in rows:
                    yield from self._at(node, iter([rows[name]]))
                case ast.Call(
                    func=ast.Attribute(attr="delete") | ast.Name(id="setattr"), args=[ast.Name(id=name), *_]
                ) if name in rows:
                    yield from self._at(node, iter([rows[name]]))

    def _rows_known(self, arguments: ast.arguments, nodes: list[ast.AST]) -> Iterator[tuple[str, Table]]:
        """Yield the names in a function that hold rows: by annotation, and by `session.get(Model, …)`."""
        for argument in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs):
            if argument.annotation and (table := self._table(argument.annotation)):
                yield argument.arg, table
        for node in nodes:
            match node:
                case ast.Assign(
                    targets=[ast.Name(id=name)],
                    value=ast.Await(value=ast.Call(func=ast.Attribute(attr="get" | "get_one"), args=[model, *_])),
                ) if table := self._table(model):
                    yield name, table


def _not_sql(node: ast.AST) -> list[ast.expr]:
    match node:
        case ast.Expr(value=ast.Constant() as docstring):
            return [docstring]
        case ast.JoinedStr(values=parts):
            return parts
    return []


def _in_sql(node: ast.Constant | ast.JoinedStr) -> Iterator[Table | str]:
    for found in _SQL.finditer(_text(node)):
        name = found[1] or found[2]
        if name in tables():
            yield tables()[name]
        elif HOLE in name:
            yield f"a name in {_text(node)[:60]!r}"


def _text(node: ast.expr) -> str:
    match node:
        case ast.Constant(value=str(text)):
            return text
        case ast.JoinedStr(values=parts):
            return "".join(_text(part) for part in parts)
        case ast.FormattedValue():
            return HOLE
    return ""
