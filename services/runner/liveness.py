"""The sign of life of a worker: a file that it touches while it turns, and the check of the file's age.

`python -m services.runner.liveness FILE` is the health check of a container. It imports the standard library alone.
"""

import sys
import time
from pathlib import Path
from typing import Final

TOUCH_SECONDS: Final = 5.0
# A busy machine may delay a worker, and the clock of the check is another one.
STALE_SECONDS: Final = 30.0


def touch(file: Path) -> None:
    """Set the time of the file to now; make it where it is missing. Raises OSError."""
    file.touch()


def is_alive(file: Path) -> bool:
    """Return whether the file was touched within the last seconds."""
    try:
        age_seconds = time.time() - file.stat().st_mtime
    except OSError:
        return False
    return age_seconds <= STALE_SECONDS


def main() -> int:
    """Check the file that is named on the command line. Returns the exit code: 0 while the worker lives."""
    if is_alive(Path(sys.argv[1])):
        return 0
    sys.stderr.write("The worker has given no sign of life.\n")
    return 1


if __name__ == "__main__":
    sys.exit(main())
