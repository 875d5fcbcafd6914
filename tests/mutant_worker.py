"""A pytest plugin: runs chosen tests again and again in one process, each time with another mutant of the rules.

`services.checks.mutants` starts it and says over a pipe what to do. Pools, applications and databases stay open between
two mutants; what the code keeps in caches does not.
"""

import os
import sys
import time
from collections.abc import Generator
from functools import cache
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, SourceFileLoader
from importlib.util import spec_from_file_location
from multiprocessing.connection import Connection
from pathlib import Path
from types import CodeType

import hypothesis
import pytest
from mutmut.mutation import trampoline

ROOT = Path(__file__).parents[1]
NOTHING, RECORD = "", "stats"
# Tests are compared by what they found for their time.
SHORTEST_SECONDS = 0.001
# The functions with mutants that were called since this was last emptied.
CALLED: set[str] = set()


def record(function: str, **_about: object) -> None:
    """Take note of a call, while no mutant is active."""
    CALLED.add(function)


class MutatedLoader(SourceFileLoader):
    """Loads a module from its mutated code instead of its file."""

    def __init__(self, fullname: str, path: str, mutated: Path) -> None:
        super().__init__(fullname, path)
        self._mutated = mutated

    def get_code(self, _fullname: str) -> CodeType:
        """Compile the mutated code; what Python has compiled before is another code."""
        return compile(self._mutated.read_text(encoding="utf-8"), self.path, "exec", dont_inherit=True)


class MutatedModules(MetaPathFinder):
    """Finds the modules that have a mutated code in the folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def find_spec(self, fullname: str, *_where: object) -> ModuleSpec | None:
        """Return how to load the module, None where it has no mutants."""
        mutated = self._folder / f"{fullname}.py"
        if not mutated.exists():
            return None
        file = str(ROOT / f"{fullname.replace('.', '/')}.py")
        return spec_from_file_location(fullname, file, loader=MutatedLoader(fullname, file, mutated))


_CACHED = type(cache(lambda: None))


def clear_caches() -> None:
    """Forget what cached functions of the product have returned: a mutant may have changed it, or should."""
    for name, module in list(sys.modules.items()):
        if name.startswith("services."):
            for value in vars(module).values():
                if isinstance(value, _CACHED):
                    value.cache_clear()


class MutantWorker:
    """Does what it is told instead of running all tests once."""

    def __init__(self, pipe: Connection, mutant: str) -> None:
        self._pipe = pipe
        self._mutant = mutant
        self._failed = False
        self._early: set[str] = set()

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_fixture_setup(self, fixturedef: pytest.FixtureDef[object]) -> Generator[None, object, object]:
        """Keep apart which functions are called by what is made once for all tests."""
        if fixturedef.scope != "session":
            return (yield)
        before = set(CALLED)
        try:
            return (yield)
        finally:
            self._early |= CALLED - before
            CALLED.intersection_update(before)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Take note of a failure, in set-up and tear-down too."""
        self._failed |= report.failed

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Answer until the pipe ends."""
        self._early |= CALLED
        self._items = {item.nodeid: item for item in session.items}
        self._pipe.send(list(self._items))
        while True:
            try:
                command, *arguments = self._pipe.recv()
            except EOFError:
                return True
            self._pipe.send(self._survey(*arguments) if command == "survey" else self._judge(*arguments))

    def _survey(self, tests: list[str]) -> tuple[dict[str, float], dict[str, set[str]], list[str], set[str]]:
        """Return the tests' seconds, the functions they call, those that fail, and the functions called before any."""
        seconds, functions, failed = {}, {}, []
        for test in tests:
            CALLED.clear()
            began_at = time.process_time()
            if not self._passes(test, RECORD):
                failed.append(test)
            seconds[test], functions[test] = max(time.process_time() - began_at, SHORTEST_SECONDS), set(CALLED)
        return seconds, functions, failed, self._early

    def _judge(self, mutant: str, tests: list[str]) -> tuple[str | None, bool]:
        """Return the first test that fails with the mutant, and whether the same test passes without it."""
        killer = next((test for test in tests if not self._passes(test, mutant)), None)
        return killer, bool(self._mutant) or killer is None or self._passes(killer, NOTHING)

    def _passes(self, test: str, mutant: str) -> bool:
        trampoline.set_mutant_under_test(mutant)
        clear_caches()
        item, self._failed = self._items[test], False
        # With only the session in common with what comes next, all that is not the session's ends.
        item.ihook.pytest_runtest_protocol(item=item, nextitem=item.session)
        return not self._failed


@pytest.hookimpl(trylast=True)
def pytest_configure(config: pytest.Config) -> None:
    """Take the place of the loop over all tests. What a mutant costs is no failure."""
    config.pluginmanager.unregister(name="cpu-time")
    config.pluginmanager.unregister(name="cpu-time-summary")
    phases = (hypothesis.Phase.explicit, hypothesis.Phase.generate)
    hypothesis.settings.register_profile("mutants", phases=phases, database=None, derandomize=True, deadline=None)
    hypothesis.settings.load_profile("mutants")
    config.pluginmanager.register(MutantWorker(Connection(int(os.environ["VIPU_MUTANTS_PIPE"])), _MUTANT))


_MUTANT = os.environ.get("VIPU_MUTANT", NOTHING)
trampoline.record_trampoline_hit = record
trampoline.set_mutant_under_test(_MUTANT or RECORD)
sys.meta_path.insert(0, MutatedModules(Path(os.environ["VIPU_MUTANTS_FOLDER"])))
