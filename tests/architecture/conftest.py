"""Fixtures of the tests of the architecture."""

import pytest

from tests.architecture.source import trees


@pytest.fixture(scope="session", autouse=True)
def parsed_once() -> None:
    """Parse the source before the first test that reads it."""
    trees()
