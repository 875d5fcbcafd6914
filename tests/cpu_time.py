"""A pytest plugin: the processor time of each test, set-up included, and a limit for it.

Processor time of this process (user and system), not wall time: a busy machine delays a test and adds nothing to its
cost. What is made once for a whole test process (fixtures of session scope) is charged to no test.
"""

import json
import sys
import time
from collections.abc import Generator

import pytest
from _pytest.runner import runtestprotocol

LISTED_SECONDS = 0.3
ALLOWED_SECONDS = 0.5
# A tracer sees every line: it makes a test two to three times as expensive.
TRACED_FACTOR = 3
# What `_reference_seconds` is on the two quiet cores that the limits are meant for.
REFERENCE_SECONDS = 0.0115
PROPERTY = "cpu_seconds"
_SPENT = pytest.StashKey[float]()
_TOO_EXPENSIVE = pytest.StashKey[bool]()


class CpuTime:
    """Measures set-up and call of each test and fails a call that went over the limit twice.

    What a process does once (imports, compiled statements) is charged to the test that comes first, in a random order
    to any; a second run shows what the test itself costs.
    """

    def __init__(self) -> None:
        self._shared_seconds = 0.0
        self._sharing = False

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_protocol(self, item: pytest.Item, nextitem: pytest.Item | None) -> bool:
        """Run the test, and once more where it went over the limit."""
        place = {"nodeid": item.nodeid, "location": item.location}
        item.ihook.pytest_runtest_logstart(**place)
        reports = runtestprotocol(item, log=False, nextitem=nextitem)
        if item.stash.get(_TOO_EXPENSIVE, False):
            item.user_properties.clear()
            reports = runtestprotocol(item, log=False, nextitem=nextitem)
        for report in reports:
            item.ihook.pytest_runtest_logreport(report=report)
        item.ihook.pytest_runtest_logfinish(**place)
        return True

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_fixture_setup(self, fixturedef: pytest.FixtureDef[object]) -> Generator[None, object, object]:
        """Measure session fixtures, which are made for all tests."""
        if fixturedef.scope != "session" or self._sharing:
            return (yield)
        self._sharing, began_at = True, time.process_time()
        try:
            return (yield)
        finally:
            self._sharing = False
            self._shared_seconds += time.process_time() - began_at

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_setup(self, item: pytest.Item) -> Generator[None, None, None]:
        """Begin to measure."""
        self._shared_seconds, began_at = 0.0, time.process_time()
        try:
            return (yield)
        finally:
            item.stash[_SPENT] = time.process_time() - began_at - self._shared_seconds

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_call(self, item: pytest.Item) -> Generator[None, None, None]:
        """End measuring; fail a test that passed but was too expensive."""
        self._shared_seconds, began_at = 0.0, time.process_time()
        result = yield
        spent = item.stash[_SPENT] + time.process_time() - began_at - self._shared_seconds
        item.user_properties.append((PROPERTY, spent))
        if spent > ALLOWED_SECONDS and item.get_closest_marker("slow") is None:
            _check_allowed(item, spent)
        return result


def _check_allowed(item: pytest.Item, spent: float) -> None:
    allowed = allowed_seconds(traced=sys.gettrace() is not None)
    if spent > allowed:
        item.stash[_TOO_EXPENSIVE] = True
        sentence = f"{spent:.2f} s of processor time, {allowed:.2f} are allowed: make it cheaper, or mark it slow"
        pytest.fail(sentence, pytrace=False)


def allowed_seconds(*, traced: bool) -> float:
    """The processor time a test may use unless it is marked slow; more on a machine that is slow just now.

    Processes that share a core's caches slow each other down: a reference loop shows by how much.
    """
    return ALLOWED_SECONDS * (TRACED_FACTOR if traced else 1) * max(1.0, _reference_seconds() / REFERENCE_SECONDS)


def _reference_seconds() -> float:
    """The processor time of some work that is the same everywhere."""
    began_at = time.process_time()
    for _ in range(20):
        json.loads(json.dumps([{"number": number, "text": str(number)} for number in range(1000)]))
    return time.process_time() - began_at


class Summary:
    """Collects the times of the tests of all processes and lists the expensive ones at the end."""

    def __init__(self) -> None:
        self._seconds: dict[str, float] = {}

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Take a test's figure from its report."""
        if report.when == "call":
            self._seconds.update((report.nodeid, spent) for name, spent in report.user_properties if name == PROPERTY)

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """List the tests over the lower limit, and the mean of all."""
        if not self._seconds:
            return
        mean = sum(self._seconds.values()) / len(self._seconds)
        terminalreporter.section("processor time")
        for nodeid, spent in sorted(self._seconds.items(), key=lambda entry: -entry[1]):
            if spent > LISTED_SECONDS:
                terminalreporter.write_line(f"{spent:6.2f} s  {nodeid}")
        terminalreporter.write_line(f"{1000 * mean:.0f} ms a test, {len(self._seconds)} tests")


def pytest_configure(config: pytest.Config) -> None:
    """Measure where tests run, summarise where their reports arrive."""
    config.pluginmanager.register(CpuTime(), "cpu-time")
    if not hasattr(config, "workerinput"):
        config.pluginmanager.register(Summary(), "cpu-time-summary")
