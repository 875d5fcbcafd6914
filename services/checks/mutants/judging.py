"""Judging mutants: two test processes try one after the other, each with the tests that call the changed function.

mutmut's own runner forks a process for each mutant; event loop, connection pools and sockets to PostgreSQL would be
shared between the forks. Here a process stays, and a test that fails with a mutant must pass without it right after:
only then the mutant counts as killed. Mutants of functions that run while modules are imported or applications are
built are tried once more, in a process that has the mutant from its start.
"""

import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from services.kernel.settings import ROOT

from .process import MutantProcess, ProcessGone, Survey
from .rules import Rules
from .sources import Mutant, mutate

_PROCESSES: Final = 2
_RUN_SECONDS: Final = 40 * 60
# How much processor time of tests a mutant may cost before it counts as survived.
_MUTANT_SECONDS: Final = 5.0
_TRIES: Final = 2
_TELL_EVERY: Final = 100
_NAMED: Final = 5


class NotJudged(Exception):
    """The run cannot say whether mutants are killed."""


@dataclass(frozen=True, slots=True)
class Result:
    """The mutants of one kind of rule and those of them that survived."""

    mutants: Sequence[Mutant]
    survivors: Sequence[Mutant]

    def killed_count(self) -> int:
        """Return how many were killed."""
        return len(self.mutants) - len(self.survivors)


@dataclass(slots=True)
class _Run:
    """Facts that the processes share: the calls of the tests, the kills so far, the survivors, and when time is up."""

    folder: Path
    files: Mapping[str, Sequence[str]]
    ends_at: float
    tell: Callable[[str], None]
    surveyed: Survey = field(default_factory=Survey)
    kills: defaultdict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    survivors: set[Mutant] = field(default_factory=set)
    judged_count: int = 0

    def every_file(self) -> list[str]:
        """Return all files of tests, without doubles."""
        return sorted({file for some in self.files.values() for file in some})

    def tests_for(self, package: str, mutant: Mutant) -> list[str]:
        """Return the package's tests that call the function: first those that killed most for their time."""
        kills, all_kills, seconds = self.kills[mutant.function], self.kills[package], self.surveyed.seconds
        calling = [test for test in self._tests_of(package) if mutant.function in self.surveyed.functions[test]]
        calling.sort(key=lambda test: (-kills[test] / seconds[test], -all_kills[test] / seconds[test], seconds[test]))
        return self._within_limit(calling)

    def quickest(self, package: str) -> list[str]:
        """Return the quickest tests of the package."""
        return self._within_limit(sorted(self._tests_of(package), key=self.surveyed.seconds.__getitem__))

    def _within_limit(self, tests: Sequence[str]) -> list[str]:
        chosen: list[str] = []
        for test in tests:
            if chosen and self.cost([*chosen, test]) > _MUTANT_SECONDS:
                break
            chosen.append(test)
        return chosen

    def cost(self, tests: Sequence[str]) -> float:
        """Return the processor time of the tests."""
        return sum(self.surveyed.seconds[test] for test in tests)

    def _tests_of(self, package: str) -> Iterator[str]:
        files = tuple(self.files[package])
        return (test for test in self.surveyed.functions if test.startswith(files))


def judge_all(rules: Mapping[str, Rules], folder: Path, tell: Callable[[str], None]) -> dict[str, Result]:
    """Return the result of each kind of rule; `folder` takes the mutated modules. Raises NotJudged."""
    mutants = {name: _write_mutated(rule, folder) for name, rule in rules.items()}
    files = {name: [test for test in rule.tests if (ROOT / test).exists()] for name, rule in rules.items()}
    run = _Run(folder, files, time.monotonic() + _RUN_SECONDS, tell)
    work = iter([(name, one) for name, some in mutants.items() for one in some])
    judges = [_Judge(run, part) for part in range(_PROCESSES)]
    try:
        with ThreadPoolExecutor(_PROCESSES) as pool:
            list(pool.map(_Judge.survey, judges))
            _check_survey(run)
            list(pool.map(lambda judge: judge.work_off(work), judges))
    except ProcessGone as gone:
        raise NotJudged("A test process ended before its time.") from gone
    finally:
        for judge in judges:
            judge.end()
    if run.judged_count < sum(map(len, mutants.values())):
        raise NotJudged(f"The time was not enough: {run.judged_count} mutants were judged.")
    return {name: Result(some, [one for one in some if one in run.survivors]) for name, some in mutants.items()}


def _write_mutated(rule: Rules, folder: Path) -> list[Mutant]:
    modules = mutate(ROOT, rule.sources)
    for one in modules:
        (folder / f"{one.module}.py").write_text(one.code, encoding="utf-8")
    return [mutant for one in modules for mutant in one.mutants]


def _check_survey(run: _Run) -> None:
    if run.surveyed.failed:
        failed = run.surveyed.failed
        raise NotJudged(f"{len(failed)} tests fail without any mutant: {', '.join(failed[:_NAMED])}.")
    run.tell(f"{len(run.surveyed.seconds)} tests, {run.cost(list(run.surveyed.seconds)):.0f} s of processor time")


class _Judge:
    """One test process, and another one in its place when it has gone or was spoilt by a mutant."""

    def __init__(self, run: _Run, part: int) -> None:
        self._run = run
        self._part = part
        self._process: MutantProcess | None = None

    def survey(self) -> None:
        """Survey this process's part of the tests. Raises ProcessGone."""
        process = self._started()
        self._run.surveyed.add(process.survey(process.tests[self._part :: _PROCESSES]))

    def work_off(self, work: Iterator[tuple[str, Mutant]]) -> None:
        """Judge one mutant after the other until there are no more or time is up. Raises ProcessGone."""
        for package, mutant in work:
            if time.monotonic() > self._run.ends_at:
                return
            self._judge(package, mutant)

    def end(self) -> None:
        """End the process; the next one is started when it is needed."""
        if self._process is not None:
            self._process.end()
        self._process = None

    def _started(self) -> MutantProcess:
        self._process = self._process or MutantProcess(self._run.folder, self._run.every_file())
        return self._process

    def _judge(self, package: str, mutant: Mutant) -> None:
        run, tests = self._run, self._run.tests_for(package, mutant)
        killed = bool(tests) and self._is_killed(package, mutant, tests)
        if not killed and not (mutant.function in run.surveyed.early and self._is_killed_from_start(package, mutant)):
            run.survivors.add(mutant)
        run.judged_count += 1
        if run.judged_count % _TELL_EVERY == 0:
            run.tell(f"{run.judged_count} mutants judged, {len(run.survivors)} survived")

    def _is_killed(self, package: str, mutant: Mutant, tests: Sequence[str]) -> bool:
        """Return whether a test notices the mutant. Where the process was spoilt, a fresh one has the last word."""
        for _ in range(_TRIES):
            try:
                killer, sound = self._started().judge(mutant.name, tests, seconds=self._run.cost(tests))
            except ProcessGone:
                self.end()
                continue
            if killer is not None:
                for name in (mutant.function, package):
                    self._run.kills[name][killer] += 1
            if sound:
                return killer is not None
            self.end()
        return True

    def _is_killed_from_start(self, package: str, mutant: Mutant) -> bool:
        """Return whether a process that has the mutant from its start fails, or one of its tests."""
        tests = self._run.tests_for(package, mutant) or self._run.quickest(package)
        try:
            process = MutantProcess(self._run.folder, tests, mutant.name)
        except ProcessGone:
            return True
        try:
            killer, _ = process.judge(mutant.name, process.tests, seconds=self._run.cost(tests))
        except ProcessGone:
            return True
        finally:
            process.end()
        return killer is not None
