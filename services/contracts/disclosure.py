"""Disclosure control: the smallest count of persons that is disclosed to readers of aggregates."""

from typing import Final

# Readers of aggregates see no count of persons below this number, except 0.
MIN_CELL_COUNT: Final = 5
# The reason code of a figure that is hidden because it would disclose a small count.
SMALL_COUNT: Final = "small_count"


def is_small(count: int) -> bool:
    """Say whether a count is so small that the persons or organisations might be recognised."""
    return 0 < count < MIN_CELL_COUNT
