"""The making of the dictionaries: ten seconds and 700 MB, so a process of its own does it, and once for a folder.

The process is `python -m` this module with the folder. Each release of simplemma has dictionaries of its own.
"""

import asyncio
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Final

from simplemma.strategies.dictionaries import TrieDictionaryFactory

from .dictionary import LANGUAGES, is_made, tries_in

# The requests of the same machine go first.
_NICENESS: Final = 5


def begin_making(folder: Path) -> subprocess.Popen[bytes]:
    """Start the process that makes the dictionaries in the folder. Its exit code is 0 when they are there."""
    return subprocess.Popen(_command(folder), stdin=subprocess.DEVNULL)  # noqa: S603


async def make_beside(folder: Path) -> bool:
    """Make the dictionaries in a process beside this one. Returns whether they are there."""
    process = await asyncio.create_subprocess_exec(*_command(folder), stdin=subprocess.DEVNULL)
    try:
        return await process.wait() == 0
    finally:
        if process.returncode is None:
            process.terminate()


def _command(folder: Path) -> list[str]:
    return [sys.executable, "-m", "services.registry.search.making", str(folder)]


def make(folder: Path) -> None:
    """Make the dictionaries in the folder, all or none. Raises OSError."""
    folder.mkdir(parents=True, exist_ok=True)
    unfinished = Path(tempfile.mkdtemp(prefix=".unfinished-", dir=folder))
    try:
        factory = TrieDictionaryFactory(cache_max_size=1, disk_cache_dir=str(unfinished))
        for language in LANGUAGES:
            factory.get_dictionary(language)
            # The library goes on without a file that it could not write; this does not.
            (unfinished / f"{language}.dic").chmod(0o644)
        unfinished.chmod(0o755)
        if not is_made(folder):
            unfinished.rename(tries_in(folder))
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)


if __name__ == "__main__":
    os.nice(_NICENESS)
    try:
        make(Path(sys.argv[1]))
    except OSError as error:
        sys.exit(f"The dictionary of search could not be made: {error}")
