"""A test process that tries one mutant after the other; `tests/mutant_worker.py` is its other end."""

import os
import subprocess
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from multiprocessing import Pipe
from pathlib import Path
from typing import Any, Final

from services.kernel.settings import ROOT

_START_SECONDS: Final = 180
_SURVEY_SECONDS: Final = 900
_END_SECONDS: Final = 20
# A test that hangs with a mutant fails after this time; the process is given up when it does not answer even then.
_TEST_TIMEOUT_SECONDS: Final = 8
_SLOWNESS: Final = 20
_PYTEST_OPTIONS: Final = (
    *("-p", "tests.mutant_worker", "-p", "no:randomly", "-p", "no:cacheprovider"),
    *("-m", "not slow and not own_database", "--tb=short", f"--timeout={_TEST_TIMEOUT_SECONDS}"),
)
OUTPUT: Final = "output.txt"


class ProcessGone(Exception):
    """A test process ended or did not answer in time."""


@dataclass(slots=True)
class Survey:
    """The processor time of each test and the functions that it calls, and the functions that imports call."""

    seconds: dict[str, float] = field(default_factory=dict)
    functions: dict[str, set[str]] = field(default_factory=dict)
    failed: list[str] = field(default_factory=list)
    early: set[str] = field(default_factory=set)

    def add(self, other: "Survey") -> None:
        """Add what another process has found."""
        self.seconds |= other.seconds
        self.functions |= other.functions
        self.failed += other.failed
        self.early |= other.early


class MutantProcess:
    """The process, started. Where a mutant is named, that one is active from the first import on."""

    def __init__(self, folder: Path, tests: Iterable[str], mutant: str = "") -> None:
        """Start it and wait until it has collected the tests. Raises ProcessGone."""
        self._pipe, other = Pipe()
        words = {"VIPU_MUTANTS_FOLDER": str(folder), "VIPU_MUTANTS_PIPE": str(other.fileno()), "VIPU_MUTANT": mutant}
        with (folder / OUTPUT).open("ab") as output:
            self._process = subprocess.Popen(  # noqa: S603  The tools of this very environment.
                [sys.executable, "-m", "pytest", *_PYTEST_OPTIONS, *tests],
                cwd=ROOT,
                env=os.environ | words,
                pass_fds=[other.fileno()],
                stdout=output,
                stderr=subprocess.STDOUT,
            )
        other.close()
        try:
            self.tests: Sequence[str] = self._answer(_START_SECONDS)
        except ProcessGone:
            self.end()
            raise

    def survey(self, tests: Sequence[str]) -> Survey:
        """Run each test once, without a mutant. Raises ProcessGone."""
        self._send("survey", tests)
        return Survey(*self._answer(_SURVEY_SECONDS))

    def judge(self, mutant: str, tests: Sequence[str], *, seconds: float) -> tuple[str | None, bool]:
        """Return the first test that fails with the mutant, and whether it passes without. Raises ProcessGone."""
        self._send("judge", mutant, tests)
        killer, sound = self._answer(2 * _TEST_TIMEOUT_SECONDS + _SLOWNESS * seconds)
        return killer, sound

    def end(self) -> None:
        """End it, by force where it does not end by itself."""
        self._pipe.close()
        for last_word in (self._process.terminate, self._process.kill):
            try:
                self._process.wait(_END_SECONDS)
            except subprocess.TimeoutExpired:
                last_word()
        self._process.wait()

    def _send(self, *words: object) -> None:
        try:
            self._pipe.send(words)
        except OSError as gone:
            raise ProcessGone from gone

    def _answer(self, seconds: float) -> Any:
        try:
            if self._pipe.poll(seconds):
                return self._pipe.recv()
        except (EOFError, OSError) as gone:
            raise ProcessGone from gone
        raise ProcessGone
