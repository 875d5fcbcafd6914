"""The network as a graph, without a database."""

from collections.abc import Iterable
from uuid import UUID

import rustworkx


def count_components(nodes: Iterable[UUID], edges: Iterable[tuple[UUID, UUID]]) -> int:
    """Count the connected parts of the network."""
    graph: rustworkx.PyGraph[UUID, None] = rustworkx.PyGraph()
    keys = list(nodes)
    places = dict(zip(keys, graph.add_nodes_from(keys), strict=True))
    graph.add_edges_from_no_data([(places[one], places[other]) for one, other in edges])
    return rustworkx.number_connected_components(graph)
