"""Types: `Any` stands in the aliases of `kernel/data/types.py` and hardly anywhere else."""

import ast

from tests.architecture.source import SERVICES, trees

MOST_PER_THOUSAND_LINES = 1


def uses_of_any(tree: ast.Module) -> int:
    """Count the uses of `Any` in the source, without imports."""
    return sum(isinstance(node, ast.Name) and node.id == "Any" for node in ast.walk(tree))


def test_any_is_counted_where_it_is_a_name():
    source = 'from typing import Any\n"""Any."""\nx: Any = f(Any)  # Any\ny: "list[int]"\n'
    assert uses_of_any(ast.parse(source)) == 2


def test_any_stands_at_most_once_in_a_thousand_lines():
    lines = sum(path.read_text(encoding="utf-8").count("\n") for path in trees())
    found = {str(path.relative_to(SERVICES)): uses for path, tree in trees().items() if (uses := uses_of_any(tree))}
    assert sum(found.values()) * 1000 <= lines * MOST_PER_THOUSAND_LINES, found
