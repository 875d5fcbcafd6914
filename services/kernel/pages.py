"""Lists: keyset pages with authenticated cursors, sorting from an allowlist, and every list as an export."""

import base64
import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any, Generic, Literal, TypeVar
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESSIV
from fastapi import Request, Response
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import ColumnElement, Select, SQLColumnExpression, and_, false, or_
from sqlalchemy.ext.asyncio import AsyncSession

from services.kernel.errors import InvalidCursor, InvalidSort

Read = TypeVar("Read", bound=BaseModel)
Value = str | int | float | bool | date | datetime | Decimal | UUID

# Several sort values of 300 letters, each of up to four bytes.
_LONGEST_CURSOR = 8000

ExportFormat = Literal["csv", "xlsx", "jsonl"]


class ListQuery(BaseModel):
    """What every list understands; a list's own filters derive from it."""

    model_config = ConfigDict(extra="forbid")

    limit: Annotated[int, Field(ge=1, le=100, description="Rows a page")] = 25
    cursor: Annotated[str | None, Field(max_length=_LONGEST_CURSOR, description="`next_cursor` of the page before")] = (
        None
    )
    sort: Annotated[
        str | None,
        Field(max_length=200, description="Keys by comma, `-` for descending", examples=["-starts_at,title"]),
    ] = None
    format: Annotated[ExportFormat | None, Field(description="All rows as a file instead of a page")] = None
    excel: Annotated[
        Literal["fi"] | None,
        Field(description="With format=csv: byte order mark and semicolons, as Finnish Excel opens it"),
    ] = None

    def filters(self) -> dict[str, object]:
        """The list's own filters, without paging and format."""
        return self.model_dump(mode="json", exclude={"limit", "cursor", "sort", "format", "excel"}, exclude_none=True)


class Page(BaseModel, Generic[Read]):
    """One page. `next_cursor` is null on the last one."""

    items: list[Read]
    next_cursor: str | None


@dataclass(frozen=True, slots=True)
class Listing(Generic[Read]):
    """A list that can be paged, sorted and exported.

    `select` yields an entity or a row; `read` turns it into the answer. `sort_keys` may not yield NULL
    (coalesce them). `key` is unique and ends every order. `name` binds cursors and names files.
    """

    name: str
    select: Select[Any]
    read: Callable[..., Read]
    model: type[Read]
    key: SQLColumnExpression[Any]
    sort_keys: Mapping[str, SQLColumnExpression[Any]]
    default_sort: str


@dataclass(frozen=True, slots=True)
class _Order:
    column: SQLColumnExpression[Any]
    descending: bool


def _orders(listing: Listing[Read], sort: str | None) -> list[_Order]:
    orders = []
    for part in (sort or listing.default_sort).split(","):
        name = part.removeprefix("-")
        if name not in listing.sort_keys:
            raise InvalidSort(members={"allowed": " ".join(sorted(listing.sort_keys))})
        orders.append(_Order(listing.sort_keys[name], part.startswith("-")))
    # Without the key, two rows with one sort value could swap pages and one would never be seen.
    return [*orders, _Order(listing.key, descending=orders[-1].descending)]


def _after(orders: Sequence[_Order], values: Sequence[Value]) -> ColumnElement[bool]:
    """Rows that come after the one with these sort values, lexicographically."""
    branches: list[ColumnElement[bool]] = []
    for place, order in enumerate(orders):
        same = [earlier.column == value for earlier, value in zip(orders[:place], values[:place], strict=True)]
        beyond = order.column < values[place] if order.descending else order.column > values[place]
        branches.append(and_(*same, beyond))
    return or_(false(), *branches)


class Cursors:
    """Seals and opens cursors with the service's key, bound to list, sort and filters.

    Encrypted, not only signed: lists of people are sorted by name, and addresses are kept in many places. The same
    place always has the same cursor (RFC 5297, without a nonce), so an unchanged page keeps its ETag.
    """

    def __init__(self, key: str) -> None:
        self._cipher = AESSIV(hashlib.sha512(f"vipu cursors {key}".encode()).digest())

    def seal(self, context: str, values: Sequence[Value]) -> str:
        """An opaque cursor that only this list, so sorted and filtered, will accept."""
        body = json.dumps([_tagged(value) for value in values], ensure_ascii=False, separators=(",", ":")).encode()
        sealed = self._cipher.encrypt(body, [context.encode()])
        return base64.urlsafe_b64encode(sealed).rstrip(b"=").decode()

    def open(self, context: str, cursor: str) -> list[Value]:
        """The sort values in a cursor. Raises InvalidCursor."""
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
    """Some rows of a list and the sort values of the last one, None at the end."""

    items: list[Read]
    last: list[Value] | None


async def read_chunk(
    session: AsyncSession, listing: Listing[Read], *, sort: str | None, after: Sequence[Value] | None, limit: int
) -> Chunk[Read]:
    """The rows after the given sort values."""
    orders = _orders(listing, sort)
    statement = listing.select.add_columns(*(order.column.label(f"sort_{place}") for place, order in enumerate(orders)))
    if after is not None:
        statement = statement.where(_after(orders, after))
    statement = statement.order_by(*(o.column.desc() if o.descending else o.column.asc() for o in orders)).limit(
        limit + 1
    )
    rows = (await session.execute(statement)).all()
    items = [listing.read(*row[: -len(orders)]) for row in rows[:limit]]
    last = list(rows[limit - 1][-len(orders) :]) if len(rows) > limit else None
    return Chunk(items, last)


async def read_page(session: AsyncSession, listing: Listing[Read], wanted: ListQuery, cursors: Cursors) -> Page[Read]:
    """One page of the list. Raises: InvalidCursor, InvalidSort."""
    # The order itself, not the wish: a release that changes the usual order makes no sense of older cursors.
    sort = wanted.sort or listing.default_sort
    context = f"{listing.name}|{sort}|{json.dumps(wanted.filters(), sort_keys=True)}"
    after = cursors.open(context, wanted.cursor) if wanted.cursor else None
    chunk = await read_chunk(session, listing, sort=wanted.sort, after=after, limit=wanted.limit)
    return Page(items=chunk.items, next_cursor=cursors.seal(context, chunk.last) if chunk.last else None)


def link_next(request: Request, response: Response, cursor: str | None) -> None:
    """Add the RFC 8288 link to the next page, if there is one."""
    if cursor is not None:
        query = request.url.include_query_params(cursor=cursor).query
        response.headers["Link"] = f'<?{query}>; rel="next"'
