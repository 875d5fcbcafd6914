"""Fixtures of the tests of the contracts."""

import pytest

from tests.contract.test_documents import documents


@pytest.fixture(scope="session", autouse=True)
def documents_of_this_process() -> None:
    """Make the documents once, before the first test that reads one."""
    documents()
