"""Files that only tests read; their sources stand in README.md."""

from pathlib import Path
from typing import Final

TEST_DATA: Final = Path(__file__).parent
