"""The dictionary of search at the first start: made beside the other steps, and there before anything is loaded."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from services.installation.installation import Tell
from services.postgres import Cluster
from services.registry.search.dictionary import is_made
from services.registry.search.making import begin_making


def dictionaries_of(cluster: Cluster) -> Path:
    """Return the folder of the dictionaries, beside the cluster's data."""
    return cluster.data_folder / "dictionaries"


@contextmanager
def dictionary_in(folder: Path, *, tell: Tell) -> Iterator[Callable[[], None]]:
    """Yield a function that returns once the dictionary is in the folder; it is being made meanwhile if need be.

    A failure is reported and ends nothing: search knows the stems of words alone, and the worker tries again later.
    """
    if is_made(folder):
        yield lambda: None
        return
    tell("Making the dictionary of search; this is done once.")
    process = begin_making(folder)

    def finish() -> None:
        if process.wait() != 0:
            tell(f"The dictionary could not be made in {folder}; search finds less until it can.")

    try:
        yield finish
    finally:
        process.terminate()
        process.wait()
