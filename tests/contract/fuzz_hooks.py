"""Hooks of schemathesis, which reads this file in its own process: it gives a query parameter more than once."""

from typing import Any, Final
from urllib.parse import urlencode

import schemathesis
from hypothesis import strategies as st
from schemathesis import HookContext

# The server itself answers requests with a longer address, before any application reads them.
_LONGEST: Final = 60_000


@schemathesis.hook
def filter_query(context: HookContext, query: dict[str, Any] | None) -> bool:
    """Leave out the queries that make an address too long."""
    return len(urlencode(query or {}, doseq=True, errors="replace")) < _LONGEST


@schemathesis.hook
def flatmap_query(context: HookContext, query: dict[str, Any] | None) -> st.SearchStrategy[dict[str, Any] | None]:
    """Repeat a value of one parameter in half of the requests. A list gets one value more, the first one again."""
    if not query:
        return st.just(query)
    repeated = [{**query, name: _with_first_again(value)} for name, value in query.items()]
    short = [longer for longer in repeated if filter_query(context, longer)]
    return st.just(query) | st.sampled_from(short or [query])


def _with_first_again(value: object) -> list[object]:
    values = value if isinstance(value, list) else [value]
    return [*values, *values[:1]]
