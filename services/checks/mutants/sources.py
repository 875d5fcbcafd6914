"""Mutants of modules: mutmut makes them, and each is named by what it changes rather than by its number."""

import contextlib
import difflib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from mutmut.configuration import config
from mutmut.mutation.data import LineSpan
from mutmut.mutation.file_mutation import MutatedFile, mutate_file_contents

from services.kernel.settings import ROOT

_ORIGINAL = "orig"


@dataclass(frozen=True, slots=True)
class Mutant:
    """One small change of one function. `name` activates it, `change` says what it is, and stays when others come."""

    name: str
    function: str
    change: str

    def key(self) -> tuple[str, str]:
        """Return what the mutant is listed by."""
        return readable(self.function), self.change


@dataclass(frozen=True, slots=True)
class MutatedModule:
    """A module's code with all its mutants in it; none is active until one is named."""

    module: str
    code: str
    mutants: tuple[Mutant, ...]


def readable(function: str) -> str:
    """Return a function's name as it is written: `events.seats.SeatLedger.offer`."""
    module, _, mangled = function.rpartition(".")
    name = ".".join(mangled.split("ǁ")[1:]) if "ǁ" in mangled else mangled.removeprefix("x_")
    return f"{module}.{name}"


def mutate(root: Path, patterns: Iterable[str]) -> list[MutatedModule]:
    """Return the modules that the patterns name, with their mutants. Those without any are left out."""
    with contextlib.chdir(ROOT):
        # mutmut reads its settings once, in the working folder.
        config()
    files = sorted({file for pattern in patterns for file in root.glob(pattern)})
    modules = [_mutated(root, file) for file in files]
    return [one for one in modules if one.mutants]


def _mutated(root: Path, file: Path) -> MutatedModule:
    relative = file.relative_to(root)
    module = ".".join(relative.with_suffix("").parts)
    made = mutate_file_contents(str(relative), file.read_text(encoding="utf-8"))
    return MutatedModule(module, made.code, tuple(_mutants(module, made)))


def _mutants(module: str, made: MutatedFile) -> Iterator[Mutant]:
    lines, spans = made.code.splitlines(), made.line_span_by_function_name
    for name in made.mutant_names:
        function = name.rpartition("__mutmut_")[0]
        before = _lines_of(lines, spans, f"{function}__mutmut_{_ORIGINAL}", function)
        yield Mutant(
            f"{module}.{name}", f"{module}.{function}", _change(before, _lines_of(lines, spans, name, function))
        )


def _lines_of(lines: list[str], spans: Mapping[str, LineSpan], name: str, function: str) -> list[str]:
    span = spans[name]
    return [line.replace(name, function).strip() for line in lines[span.start - 1 : span.end]]


def _change(before: list[str], after: list[str]) -> str:
    compared = list(difflib.ndiff(before, after))
    sides = (" ".join(line[2:] for line in compared if line.startswith(sign)) for sign in "-+")
    return " => ".join(sides)
