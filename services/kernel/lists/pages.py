"""Lists: keyset pages with sealed cursors, sorted by the keys that the list allows."""

import base64
import hashlib
import hmac
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, ClassVar, Generic, Literal, TypeVar
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESSIV
from fastapi import Request, Response
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import BindParameter, ColumnElement, and_, bindparam, or_, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from services.kernel.data.types import Column, Statement, type_of
from services.kernel.lists.json_rows import JsonRows
from services.kernel.lists.layouts import KnownMembers
from services.kernel.web.errors import InvalidCursor, InvalidSort

Read = TypeVar("Read", bound=BaseModel)
Value = str | int | float | bool | date | datetime | Decimal | UUID

# Two keys of names (`kernel.collation`) with other sort values; no list sorts by more names.
_LONGEST_CURSOR = 8000

ExportFormat = Literal["csv", "xlsx", "jsonl"]
# The parameters of every list that is also a file.
FormatParameter = Annotated[
    ExportFormat | None,
    Field(
        description="All rows as a file; every value of a row is in it. `jsonl`: the JSON rows. `csv` and `xlsx`: a"
        " column for each value, e.g. `name_fi` and `name_se` of a text by language; a list of texts is one cell,"
        " `a|b`. A list of objects has numbered columns in `csv`, e.g. `funding_1_amount`, and a sheet of its own in"
        " `xlsx`, whose first column is the row's `id` or other key. Times are those of Helsinki: in `csv` with their"
        " offset from UTC, in `xlsx` with the zone in the heading",
    ),
]
ExcelParameter = Annotated[
    Literal["fi"] | None,
    Field(
        description="With format=csv: as a Finnish Excel opens it, with a byte order mark, semicolons, decimal commas,"
        " days and times like 26.11.2026 10:00, and the zone in the heading"
    ),
]


class ListQuery(BaseModel):
    """The query parameters of every list; the filters of a list are fields of a subclass."""

    model_config = ConfigDict(extra="forbid")
    # The keys of the list's `sort`, as the list's description has them, for the documents.
    sort_keys: ClassVar[tuple[str, ...]] = ()

    limit: Annotated[int, Field(ge=1, le=100, description="Rows a page")] = 25
    cursor: Annotated[str | None, Field(max_length=_LONGEST_CURSOR, description="`next_cursor` of the page before")] = (
        None
    )
    sort: Annotated[
        str | None,
        Field(max_length=200, description="Keys by comma, `-` for descending", examples=["-starts_at,title"]),
    ] = None
    format: FormatParameter = None
    excel: ExcelParameter = None

    def filters(self) -> dict[str, object]:
        """Return the list's own filters, without paging and format."""
        return self.model_dump(mode="json", exclude={"limit", "cursor", "sort", "format", "excel"}, exclude_none=True)


class Page(BaseModel, Generic[Read]):
    """One page. `next_cursor` is null on the last one."""

    items: list[Read]
    next_cursor: str | None


@dataclass(frozen=True, slots=True)
class Listing(Generic[Read]):
    """The description of a list that can be paged, sorted and exported.

    `select` selects an entity or a row, and `read` turns it into an item. `sort_keys` may not be NULL (coalesce
    them). `key` is unique and ends every order. `name` binds cursors and names files. `values` are the values of the
    select's parameters. Where there are `json_rows`, pages are made of them, without `read`. `known_members` are the
    keys that a file has columns for in a field with open keys, also where no row has them.
    """

    name: str
    select: Statement
    read: Callable[..., Read]
    model: type[Read]
    key: Column
    sort_keys: Mapping[str, Column]
    default_sort: str
    values: Mapping[str, object] = field(default_factory=dict)
    json_rows: JsonRows | None = None
    known_members: KnownMembers = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Order:
    """One key of an order of rows."""

    column: Column
    descending: bool

    @property
    def clause(self) -> Column:
        """The column with its direction, for an ORDER BY."""
        return self.column.desc() if self.descending else self.column.asc()


def orders_of(listing: Listing[Read], sort: str | None) -> list[Order]:
    """Return the order of a `sort` parameter, in which no two rows are equal. Raises InvalidSort."""
    chosen: dict[str, Order] = {}
    for part in (sort or listing.default_sort).split(","):
        name = part.removeprefix("-")
        if name not in listing.sort_keys:
            raise InvalidSort(members={"allowed": " ".join(sorted(listing.sort_keys))})
        # A key that is named again decides nothing, and would only lengthen the cursor.
        chosen.setdefault(name, Order(listing.sort_keys[name], part.startswith("-")))
    orders = list(chosen.values())
    # Without the key, two rows with the same sort value could swap pages, and one of them would never be shown.
    return [*orders, Order(listing.key, descending=orders[-1].descending)]


def beyond(orders: Sequence[Order]) -> ColumnElement[bool]:
    """Return the condition of the rows that follow the row with the sort values `after_0`, `after_1` and so on."""
    values = [bindparam(f"after_{place}", type_=type_of(order.column)) for place, order in enumerate(orders)]
    if len({order.descending for order in orders}) == 1:
        # For one comparison of rows, PostgreSQL seeks in an index; for the branches it reads the index from the start.
        row, last = tuple_(*(order.column for order in orders)), tuple_(*values)
        return row < last if orders[0].descending else row > last
    branches = []
    for place, order in enumerate(orders):
        same = [earlier.column == value for earlier, value in zip(orders[:place], values[:place], strict=True)]
        branches.append(and_(*same, _follows(order, values[place])))
    return or_(*branches)


def _follows(order: Order, value: BindParameter[Value]) -> ColumnElement[bool]:
    return order.column < value if order.descending else order.column > value


def after_values(after: Sequence[Value] | None) -> dict[str, object]:
    """Return the values of the parameters in the condition of `beyond`."""
    return {f"after_{place}": value for place, value in enumerate(after or ())}


class Cursors:
    """The sealing and opening of cursors with the service's key; a cursor is bound to its list, order and filters.

    Cursors are encrypted, not only signed: lists of people are sorted by name, and addresses are stored in many
    places. The same position always has the same cursor (RFC 5297, without a nonce), so an unchanged page keeps its
    ETag.
    """

    def __init__(self, key: str) -> None:
        self._tag_key = hashlib.sha256(f"tags {key}".encode()).digest()
        self._cipher = AESSIV(hashlib.sha512(f"vipu cursors {key}".encode()).digest())

    def seal(self, context: str, values: Sequence[Value]) -> str:
        """Return an opaque cursor that only the same list with the same order and filters accepts."""
        body = json.dumps([_tagged(value) for value in values], ensure_ascii=False, separators=(",", ":")).encode()
        sealed = self._cipher.encrypt(body, [context.encode()])
        return base64.urlsafe_b64encode(sealed).rstrip(b"=").decode()

    def tag(self, context: str, fingerprints: Sequence[int]) -> str:
        """Return the strong ETag of a page whose rows have these fingerprints; it needs the service's key."""
        digest = hmac.digest(self._tag_key, f"{context}\n{json.dumps(fingerprints)}".encode(), hashlib.sha256)
        return f'"{digest[:16].hex()}"'

    def open(self, context: str, cursor: str) -> list[Value]:
        """Return the sort values of a cursor. Raises InvalidCursor."""
        try:
            sealed = base64.urlsafe_b64decode(cursor.encode() + b"=" * (-len(cursor) % 4))
            body = self._cipher.decrypt(sealed, [context.encode()])
        except (ValueError, InvalidTag) as error:
            raise InvalidCursor from error
        return [_untagged(kind, text) for kind, text in json.loads(body)]


_KINDS: dict[str, tuple[type, Callable[[str], Value]]] = {
    "b": (bool, lambda text: text == "True"),
    "i": (int, int),
    "f": (float, float),
    "t": (datetime, datetime.fromisoformat),
    "d": (date, date.fromisoformat),
    "n": (Decimal, Decimal),
    "u": (UUID, UUID),
    "s": (str, str),
}


def _tagged(value: Value) -> list[str]:
    kind = next(kind for kind, (python_type, _) in _KINDS.items() if isinstance(value, python_type))
    return [kind, value.isoformat() if isinstance(value, date) else str(value)]


def _untagged(kind: str, text: str) -> Value:
    return _KINDS[kind][1](text)


@dataclass(frozen=True, slots=True)
class Chunk(Generic[Read]):
    """Rows of a list, and the sort values of the last row, which are None at the end of the list."""

    items: list[Read]
    last: list[Value] | None


async def read_chunk(
    session: AsyncSession, listing: Listing[Read], *, sort: str | None, after: Sequence[Value] | None, limit: int
) -> Chunk[Read]:
    """Read at most `limit` rows after the sort values, or the first ones."""
    orders = orders_of(listing, sort)
    statement = listing.select.add_columns(*(order.column.label(f"sort_{place}") for place, order in enumerate(orders)))
    if after is not None:
        statement = statement.where(beyond(orders))
    statement = statement.order_by(*(order.clause for order in orders)).limit(limit + 1)
    rows = (await session.execute(statement, {**listing.values, **after_values(after)})).all()
    items = [listing.read(*row[: -len(orders)]) for row in rows[:limit]]
    last = list(rows[limit - 1][-len(orders) :]) if len(rows) > limit else None
    return Chunk(items, last)


def context_of(listing: Listing[Read], query: ListQuery) -> str:
    """Return the text that a cursor is bound to."""
    # The order itself, not the parameter: after a release that changes the default order, older cursors are refused.
    sort = query.sort or listing.default_sort
    return f"{listing.name}|{sort}|{json.dumps(query.filters(), sort_keys=True)}"


async def read_page(session: AsyncSession, listing: Listing[Read], query: ListQuery, cursors: Cursors) -> Page[Read]:
    """Read one page of the list. Raises: InvalidCursor, InvalidSort."""
    context = context_of(listing, query)
    after = cursors.open(context, query.cursor) if query.cursor else None
    chunk = await read_chunk(session, listing, sort=query.sort, after=after, limit=query.limit)
    return Page(items=chunk.items, next_cursor=cursors.seal(context, chunk.last) if chunk.last else None)


def link_next(request: Request, response: Response, cursor: str | None) -> None:
    """Add the link to the next page (RFC 8288), if there is one."""
    if cursor is not None:
        query = request.url.include_query_params(cursor=cursor).query
        response.headers["Link"] = f'<?{query}>; rel="next"'
