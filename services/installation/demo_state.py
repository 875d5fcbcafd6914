"""How far the demonstration data has come."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class DemoState:
    """How far the demonstration data has come, kept in a file of the data folder.

    It is written before the database is made: a first start that was killed is known for what it was, and nobody's
    own data can be in a database whose first start has not ended.
    """

    marker: Path

    @property
    def is_unfinished(self) -> bool:
        """Whether a load was begun and has not ended."""
        return self.marker.exists() and self.marker.read_text() == "loading"

    def begin(self, *, wanted: bool) -> None:
        """Note what the first start is to do."""
        self.marker.write_text("loading" if wanted else "unwanted")

    def finish(self) -> None:
        """Note that all of it is there."""
        self.marker.write_text("loaded")
