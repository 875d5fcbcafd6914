"""The cache of prepared queries: the parsed requests for public pages, for later requests with the same text."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, TypeVar
from urllib.parse import urlencode

from cachetools import LRUCache
from fastapi import Request, Response
from pydantic import BaseModel
from sqlalchemy import Text, cast, func, literal_column, select, true
from sqlalchemy.ext.asyncio import AsyncSession

from services.kernel.data.types import Expression, Statement
from services.kernel.lists.pages import (
    Cursors,
    Listing,
    ListQuery,
    Order,
    after_values,
    beyond,
    context_of,
    orders_of,
)
from services.kernel.web.etags import is_known

from .json_rows import JsonRows

Read = TypeVar("Read", bound=BaseModel)

_CACHED_STATEMENTS: Final = 512
_CACHED_PAGES: Final = 1024
_LONGEST_ADDRESS: Final = 1000


@dataclass(frozen=True, slots=True)
class _Cut:
    """The rows that make a page: `rows` is the page's size plus one, `goes_on` is false for the first page."""

    json_rows: JsonRows
    orders: tuple[Order, ...]
    goes_on: bool
    rows: int

    def apply(self, statement: Statement) -> Statement:
        """Limit the statement to these rows, in their order."""
        if self.goes_on:
            statement = statement.where(beyond(self.orders))
        # With the limit as a parameter, PostgreSQL would plan every page as a long one.
        return statement.order_by(*(order.clause for order in self.orders)).limit(literal_column(str(self.rows)))


@dataclass(frozen=True, slots=True, eq=False)
class PreparedPage:
    """A parsed and checked request for a page. Its answer needs nothing more but the rows at the time."""

    cut: _Cut
    limit: int
    context: str
    values: Mapping[str, object]
    cursors: Cursors
    # The address of the next page, up to its cursor.
    next_address: str

    async def answer(self, request: Request, session: AsyncSession) -> Response:
        """Return the page, or 304 where the reader has it already, as the fingerprints of its rows show."""
        if "if-none-match" in request.headers:
            fingerprints = (await session.scalars(_statement(_fingerprints, self.cut), self.values)).all()
            tag = self._tag(fingerprints)
            if is_known(request, tag):
                return Response(status_code=304, headers={"ETag": tag})
        rows = (await session.execute(_statement(_page, self.cut), self.values)).all()
        items = rows[: self.limit]
        cursor = self.cursors.seal(self.context, list(items[-1][2:])) if len(rows) > self.limit else None
        body = f'{{"items":[{",".join(row[0] for row in items)}],"next_cursor":{json.dumps(cursor)}}}'
        headers = {"ETag": self._tag([row[1] for row in rows])}
        if cursor:
            headers["Link"] = f'<{self.next_address}{cursor}>; rel="next"'
        return Response(body, media_type="application/json", headers=headers)

    def _tag(self, fingerprints: Sequence[int]) -> str:
        # Of the row after the page, the page shows only that it exists.
        more = int(len(fingerprints) > self.limit)
        return self.cursors.tag(self.context, [*fingerprints[: self.limit], self.limit, more])


def prepare(request: Request, listing: Listing[Read], json_rows: JsonRows, query: ListQuery) -> PreparedPage:
    """Parse a request for a page of the list. Raises: InvalidCursor, InvalidSort."""
    cursors: Cursors = request.app.state.runtime.cursors
    context = context_of(listing, query)
    after = cursors.open(context, query.cursor) if query.cursor else None
    orders = tuple(orders_of(listing, query.sort))
    others = [(name, value) for name, value in request.query_params.multi_items() if name != "cursor"]
    return PreparedPage(
        cut=_Cut(json_rows, orders, goes_on=after is not None, rows=query.limit + 1),
        limit=query.limit,
        context=context,
        values={**listing.values, **after_values(after)},
        cursors=cursors,
        next_address=f"?{urlencode([*others, ('cursor', '')])}",
    )


_Address = tuple[str, bytes, str | None]


class PreparedQueries:
    """The prepared queries of public pages, by the address and the format of their requests.

    The cache holds parsed requests, never answers, because parsing a request takes longer than answering it. A new
    page replaces the one that was used least recently.
    """

    def __init__(self) -> None:
        self._pages: LRUCache[_Address, PreparedPage] = LRUCache(_CACHED_PAGES)

    def find(self, request: Request) -> PreparedPage | None:
        """Return the cached page, or None where there is none or the request has a token."""
        address = _public_address(request)
        return None if address is None else self._pages.get(address)

    def keep(self, request: Request, page: PreparedPage) -> None:
        """Cache the page, if its request is public and its statements are reusable."""
        address = _public_address(request)
        if address is not None and page.cut.json_rows.reusable:
            self._pages[address] = page


def _public_address(request: Request) -> _Address | None:
    """Return the parts of a request that a public page depends on, or None where it has a token or is too long."""
    path, query = str(request.scope["path"]), bytes(request.scope["query_string"])
    if "authorization" in request.headers or request.method != "GET" or len(path) + len(query) > _LONGEST_ADDRESS:
        return None
    return path, query, request.headers.get("accept")


def prepared_queries(request: Request) -> PreparedQueries:
    """Return the cache of this application."""
    state = request.app.state
    if not hasattr(state, "prepared_queries"):
        state.prepared_queries = PreparedQueries()
    prepared: PreparedQueries = state.prepared_queries
    return prepared


_Make = Callable[[_Cut], Statement]


def _statement(make: _Make, cut: _Cut) -> Statement:
    return _cached(make, cut) if cut.json_rows.reusable else make(cut)


@lru_cache(_CACHED_STATEMENTS)
def _cached(make: _Make, cut: _Cut) -> Statement:
    """Make the statement once and cache it, because composing it costs more than running it."""
    return make(cut)


def _fingerprints(cut: _Cut) -> Statement:
    return cut.apply(cut.json_rows.select.with_only_columns(cut.json_rows.fingerprint))


def _page(cut: _Cut) -> Statement:
    """Select text, fingerprint and sort values. The limit applies before rows become text, which costs less."""
    rows = cut.json_rows
    names = [column.name for column in rows.select.selected_columns]
    keys: list[Expression] = [order.column.label(f"sort_{place}") for place, order in enumerate(cut.orders)]
    page = cut.apply(rows.select.add_columns(rows.fingerprint.label("fingerprint"), *keys)).subquery("page")
    item = select(*(page.c[name] for name in names)).correlate(page).lateral("item")
    sorts = [Order(page.c[f"sort_{place}"], order.descending) for place, order in enumerate(cut.orders)]
    return (
        select(
            cast(func.row_to_json(item.table_valued()), Text), page.c.fingerprint, *(order.column for order in sorts)
        )
        .join_from(page, item, true())
        .order_by(*(order.clause for order in sorts))
    )
