"""How far the demonstration data has come."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class DemoState:
    """How far the demonstration data has come, kept in a file of the data folder.

    It is written before the database is made. After a first start that was killed it reads `loading`, and a database
    whose first start has not ended contains no data of an operator.
    """

    marker: Path

    @property
    def is_unfinished(self) -> bool:
        """Whether a load was begun and has not ended."""
        return self.marker.exists() and self.marker.read_text() == "loading"

    def begin(self, *, with_demo: bool) -> None:
        """Note whether the first start loads the demonstration data."""
        self.marker.write_text("loading" if with_demo else "unwanted")

    def finish(self) -> None:
        """Note that all of it is loaded."""
        self.marker.write_text("loaded")
