"""The tests: the quick ones, the slow ones, and how much of the code they must cover."""

import subprocess
import sys
from collections.abc import Sequence

from services.kernel.settings import ROOT

_COVERED = 92
# The code that guards people's rights must be covered completely.
_WHOLLY_COVERED = (
    "services/*/*/access.py,services/contracts/*.py,services/kernel/background/outbox.py,"
    "services/kernel/background/leased.py,services/feedback/tickets/*.py"
)
# The slow tests that count for the coverage. Fuzzing and abuse for minutes are left to `vipu test --slow`.
_SLOW_COVERED = (
    "tests/installation",
    "tests/runner",
    "tests/site",
    "tests/demo",
    "tests/postgres",
    "tests/registry",
    "tests/events",
    "tests/feedback",
    "tests/kernel/test_start_script.py",
    "tests/contract/test_documents.py",
    "tests/contract/test_generated_clients.py",
    "tests/contract/test_partners_page.py",
    "tests/contract/test_schemathesis.py::test_an_application_keeps_its_word",
)


def run_tests(words: Sequence[str], *, slow: bool) -> int:
    """Run the tests with pytest on two processes; words for pytest come last and take precedence.

    Returns: the exit code of pytest.
    """
    return run_python("-m", "pytest", "-n", "2", *([] if slow else ["-m", "not slow"]), *words)


def run_covered_tests(words: Sequence[str]) -> int:
    """Run the quick tests, the slow ones that start whole installations, and those in a browser.

    The coverage of the first two is judged together.

    Returns: the exit code of the first step that failed; zero when none did.
    """
    counting = ["--cov=services", "--cov-branch"]
    judged = [*counting, "--cov-append", "--cov-report=term:skip-covered", f"--cov-fail-under={_COVERED}"]
    whole = ("report", f"--include={_WHOLLY_COVERED}", "--fail-under=100")
    return (
        run_tests([*counting, "--cov-report=", *words], slow=False)
        or run_tests(["-m", "slow", *_SLOW_COVERED, *judged, *words], slow=True)
        or run_tests(["-m", "browser", "-n", "0", "tests/web", *words], slow=True)
        or run_python("-m", "coverage", *whole)
    )


def run_python(*words: str) -> int:
    """Run the Python of this environment, whatever the PATH says, in the root of the repository.

    Returns: its exit code.
    """
    return subprocess.call([sys.executable, *words], cwd=ROOT)  # noqa: S603
