"""Pages that PostgreSQL writes as JSON itself, and whether a reader has them already."""

import json
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final, TypeVar
from urllib.parse import urlencode

from fastapi import FastAPI, Request, Response
from pydantic import BaseModel
from sqlalchemy import (
    ColumnElement,
    DateTime,
    Select,
    SQLColumnExpression,
    Text,
    case,
    cast,
    func,
    literal_column,
    select,
    true,
)
from sqlalchemy.ext.asyncio import AsyncSession

from services.kernel.lists.pages import (
    Cursors,
    Listing,
    ListQuery,
    Order,
    Written,
    after_values,
    beyond,
    context_of,
    orders_of,
    type_of,
)
from services.kernel.web.etags import is_known

Read = TypeVar("Read", bound=BaseModel)

_KEPT_STATEMENTS: Final = 512
_KEPT_QUESTIONS: Final = 1024
_LONGEST_WORDS: Final = 1000
_WHOLE_SECONDS: Final = literal_column("""'YYYY-MM-DD"T"HH24:MI:SS"Z"'""", Text)
_WITH_PARTS: Final = literal_column("""'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'""", Text)


def field(column: SQLColumnExpression[Any]) -> SQLColumnExpression[Any]:
    """The column as the answer's JSON has it: instants in UTC with a Z."""
    if not isinstance(type_of(column), DateTime):
        return column
    whole = func.date_trunc(literal_column("'second'", Text), column) == column
    return func.to_char(
        func.timezone(literal_column("'UTC'", Text), column), case((whole, _WHOLE_SECONDS), else_=_WITH_PARTS)
    )


def mark(*columns: SQLColumnExpression[Any]) -> ColumnElement[int]:
    """A number that differs where the columns do. Unlike a version it also tells of counters that move."""
    return func.hash_record_extended(func.row(*columns), literal_column("0"))


@dataclass(frozen=True, slots=True)
class _Cut:
    """Which rows make a page; `rows` is one more than the page has, `goes_on` where it is not the first."""

    written: Written
    orders: tuple[Order, ...]
    goes_on: bool
    rows: int

    def apply(self, statement: Select[Any]) -> Select[Any]:
        """Leave only these rows, in their order."""
        if self.goes_on:
            statement = statement.where(beyond(self.orders))
        # As a parameter, the limit would have every page planned as a long one.
        return statement.order_by(*(order.clause for order in self.orders)).limit(literal_column(str(self.rows)))


@dataclass(frozen=True, slots=True, eq=False)
class Question:
    """A page that is asked for, understood: all that its answer needs besides the rows as they are then."""

    cut: _Cut
    limit: int
    context: str
    values: Mapping[str, object]
    cursors: Cursors
    # The address of the page after, up to its cursor.
    next_address: str

    async def answer(self, request: Request, session: AsyncSession) -> Response:
        """The page, or 304 where the reader has it: that is told by the marks of its rows alone."""
        if "if-none-match" in request.headers:
            marks = (await session.scalars(_statement(_marks, self.cut), self.values)).all()
            tag = self._tag(marks)
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

    def _tag(self, marks: Sequence[int]) -> str:
        # Of the row beyond the page, only that it is there shows.
        return self.cursors.tag(self.context, [*marks[: self.limit], self.limit, int(len(marks) > self.limit)])


def understand(request: Request, listing: Listing[Read], written: Written, query: ListQuery) -> Question:
    """The question for a page of the list. Raises: InvalidCursor, InvalidSort."""
    cursors: Cursors = request.app.state.runtime.cursors
    context = context_of(listing, query)
    after = cursors.open(context, query.cursor) if query.cursor else None
    orders = tuple(orders_of(listing, query.sort))
    others = [(name, value) for name, value in request.query_params.multi_items() if name != "cursor"]
    return Question(
        cut=_Cut(written, orders, goes_on=after is not None, rows=query.limit + 1),
        limit=query.limit,
        context=context,
        values={**listing.values, **after_values(after)},
        cursors=cursors,
        next_address=f"?{urlencode([*others, ('cursor', '')])}",
    )


class Understood:
    """Questions of the public, by the words in which they were put.

    What is kept of a question is how it was read, never an answer: the same words mean the same again, and reading
    them takes longer than answering.
    """

    def __init__(self) -> None:
        self._questions: OrderedDict[_Words, Question] = OrderedDict()

    def find(self, request: Request) -> Question | None:
        """The question, if somebody put it before in the same words; None for all who sign in."""
        words = _words(request)
        found = None if words is None else self._questions.get(words)
        if found is not None and words is not None:
            self._questions.move_to_end(words)
        return found

    def keep(self, request: Request, question: Question) -> None:
        """Know it again; the one not asked for longest is forgotten in its place."""
        words = _words(request)
        if words is not None and question.cut.written.lasting:
            self._questions[words] = question
            if len(self._questions) > _KEPT_QUESTIONS:
                self._questions.popitem(last=False)


_Words = tuple[str, bytes, str | None]


def _words(request: Request) -> _Words | None:
    """All of a request that a public page depends on; None where it is asked by somebody, or at too great length."""
    query: bytes = request.scope["query_string"]
    if request.method != "GET" or "authorization" in request.headers or len(query) > _LONGEST_WORDS:
        return None
    return request.scope["route"].path_format, query, request.headers.get("accept")


def understood(app: FastAPI) -> Understood:
    """What this application understood so far."""
    found: Understood | None = getattr(app.state, "understood", None)
    if found is None:
        found = app.state.understood = Understood()
    return found


async def answer_page(
    request: Request, session: AsyncSession, listing: Listing[Read], written: Written, query: ListQuery
) -> Response:
    """One page, or 304 where the reader has it. Raises: InvalidCursor, InvalidSort."""
    question = understand(request, listing, written, query)
    understood(request.app).keep(request, question)
    return await question.answer(request, session)


_Make = Callable[[_Cut], Select[Any]]


def _statement(make: _Make, cut: _Cut) -> Select[Any]:
    return _kept(make, cut) if cut.written.lasting else make(cut)


@lru_cache(_KEPT_STATEMENTS)
def _kept(make: _Make, cut: _Cut) -> Select[Any]:
    """Composing a statement costs more than running it."""
    return make(cut)


def _marks(cut: _Cut) -> Select[Any]:
    return cut.apply(cut.written.select.with_only_columns(cut.written.mark))


def _page(cut: _Cut) -> Select[Any]:
    """Rows of text, mark and sort values. They are cut before they are written: writing all would cost far more."""
    written = cut.written
    names = [column.name for column in written.select.selected_columns]
    keys: list[ColumnElement[Any]] = [order.column.label(f"sort_{place}") for place, order in enumerate(cut.orders)]
    page = cut.apply(written.select.add_columns(written.mark.label("mark"), *keys)).subquery("page")
    item = select(*(page.c[name] for name in names)).correlate(page).lateral("item")
    sorts = [Order(page.c[f"sort_{place}"], order.descending) for place, order in enumerate(cut.orders)]
    return (
        select(cast(func.row_to_json(item.table_valued()), Text), page.c.mark, *(order.column for order in sorts))
        .join_from(page, item, true())
        .order_by(*(order.clause for order in sorts))
    )
