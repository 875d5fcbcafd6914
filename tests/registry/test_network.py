"""The network of a coordination: the number of its connected parts."""

from uuid import UUID

import pytest

from services.registry.network.graph import count_components

NODES = [UUID(int=number) for number in range(5)]


@pytest.mark.parametrize(
    ("edges", "parts"),
    [
        ([], 5),
        ([(0, 1), (1, 0), (0, 0)], 4),
        ([(0, 1), (2, 3)], 3),
        ([(0, 1), (1, 2), (2, 0), (3, 4)], 2),
        ([(0, 1), (2, 1), (3, 2), (4, 3)], 1),
    ],
)
def test_connected_nodes_are_one_part(edges, parts):
    assert count_components(NODES, [(NODES[one], NODES[other]) for one, other in edges]) == parts
