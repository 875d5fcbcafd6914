"""The command `vipu test --mutants`: how many mutants of each kind of rule the tests notice, and which they do not."""

import sys
import tempfile
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final

from services.kernel.settings import ROOT

from .judging import NotJudged, Result, judge_all
from .process import OUTPUT
from .rules import RULES
from .sources import Mutant

_KILLED_PERCENT: Final = 80
_LAST_LINES: Final = 40
Listed = Mapping[tuple[str, str], str]


def run_mutants(packages: Sequence[str]) -> int:
    """Judge the mutants of all rules, or of the named packages of them; the exit code.

    It is 1 where less than 80 % of a package's mutants are killed and a survivor is not listed with its reason, where
    a listed one is killed or no longer made, and where the time was not enough.
    """
    unknown = [name for name in packages if name not in RULES]
    if unknown:
        _say(f"There are no rules called {', '.join(unknown)}, but {', '.join(RULES)}.")
        return 2
    with tempfile.TemporaryDirectory(prefix="vipu-mutants-") as folder:
        try:
            results = judge_all({name: RULES[name] for name in packages or RULES}, Path(folder), _say)
        except NotJudged as reason:
            _say("\n".join([*_last_lines(Path(folder)), str(reason)]))
            return 1
    listed = listed_mutants()
    faults = [fault for name, result in results.items() for fault in report(name, result, listed)]
    _say("\n".join(faults) or "Every package of rules is tested well enough.")
    return 1 if faults else 0


def listed_mutants() -> Listed:
    """Return for each mutant that changes nothing the reason, by function and change."""
    file = ROOT / "tests" / "data" / "unchanging_mutants.toml"
    entries = tomllib.loads(file.read_text(encoding="utf-8"))["mutant"]
    return {(entry["function"], entry["change"]): entry["reason"] for entry in entries}


def _last_lines(folder: Path) -> list[str]:
    output = folder / OUTPUT
    return output.read_text(encoding="utf-8").splitlines()[-_LAST_LINES:] if output.exists() else []


def report(package: str, result: Result, listed: Listed) -> Iterator[str]:
    """Print what came of a package, and yield its faults."""
    killed, total = result.killed_count(), len(result.mutants)
    _say(f"\n{package}: {killed} of {total} killed ({100 * killed / total:.1f} %)")
    unlisted = [one for one in result.survivors if one.key() not in listed]
    for one in result.survivors:
        _say(f"  {_described(one, listed)}")
    if unlisted and 100 * killed < _KILLED_PERCENT * total:
        yield f"{package}: less than {_KILLED_PERCENT} % are killed, and {len(unlisted)} survivors are not listed."
    functions = {one.key()[0].rpartition(".")[0] for one in result.mutants}
    survived = {one.key() for one in result.survivors}
    for function, change in listed:
        if any(function.startswith(f"{module}.") for module in functions) and (function, change) not in survived:
            yield f"{package}: listed, but killed or no longer made: {function}: {change}"


def _described(mutant: Mutant, listed: Listed) -> str:
    function, change = mutant.key()
    reason = listed.get(mutant.key())
    return f"{function}: {change}" + (f" (listed: {reason})" if reason else "")


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()
