"""Types: `Any` stands in the aliases of `kernel/data/types.py` and hardly anywhere else."""

import ast
from pathlib import Path

SERVICES = Path(__file__).resolve().parents[2] / "services"
MOST_PER_THOUSAND_LINES = 1


def uses_of_any(source: str) -> int:
    """How often the source says `Any`, imports left out."""
    return sum(isinstance(node, ast.Name) and node.id == "Any" for node in ast.walk(ast.parse(source)))


def test_any_is_counted_where_it_is_a_name():
    source = 'from typing import Any\n"""Any."""\nx: Any = f(Any)  # Any\ny: "list[int]"\n'
    assert uses_of_any(source) == 2


def test_any_stands_at_most_once_in_a_thousand_lines():
    sources = {path: path.read_text() for path in SERVICES.rglob("*.py")}
    lines = sum(source.count("\n") for source in sources.values())
    found = {str(path.relative_to(SERVICES)): uses for path, text in sources.items() if (uses := uses_of_any(text))}
    assert sum(found.values()) * 1000 <= lines * MOST_PER_THOUSAND_LINES, found
