"""Every SELECT of code lists."""

from collections.abc import Collection, Iterable, Sequence

from sqlalchemy import Select, Text, and_, column, func, or_, select, tuple_, union_all, values
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute

from services.contracts.vocabulary import split_code
from services.kernel.data.types import Statement
from services.kernel.lists.pages import Listing
from services.kernel.web.errors import NotFound

from .models import CodeLink, CodeParent, CodeRow, CodeScheme
from .schemas import CodeDetail, CodeKey, CodeLinkRead, CodeQuery, CodeRead, SchemeRead
from .terms import LinkKind


def schemes() -> Listing[SchemeRead]:
    """Return all code lists with the number of their codes."""
    count = select(func.count()).where(CodeRow.scheme == CodeScheme.scheme).scalar_subquery()
    return Listing(
        name="code-lists",
        select=select(CodeScheme, count),
        read=lambda row, codes: SchemeRead(scheme=row.scheme, name=row.name, source=row.source, code_count=codes),
        model=SchemeRead,
        key=CodeScheme.scheme,
        default_sort="scheme",
        sort_keys={"scheme": CodeScheme.scheme},
    )


async def listing(session: AsyncSession, scheme: str, query: CodeQuery) -> Listing[CodeRead]:
    """Return the codes of a list that match. Raises NotFound where there is no such list."""
    if await session.get(CodeScheme, scheme) is None:
        raise NotFound
    statement = select(CodeRow).where(CodeRow.scheme == scheme)
    if query.on:
        statement = statement.where(
            or_(CodeRow.valid_from.is_(None), CodeRow.valid_from <= query.on),
            or_(CodeRow.valid_to.is_(None), CodeRow.valid_to >= query.on),
        )
    if query.parent:
        statement = statement.where(tuple_(CodeRow.scheme, CodeRow.code).in_(_children_of(query.parent)))
    if query.q:
        named = func.search_names(CodeRow.name, type_=Text).icontains(query.q, autoescape=True)
        statement = statement.where(or_(CodeRow.code == query.q, named))
    return Listing(
        name=f"codes-{scheme}",
        select=statement,
        read=CodeRead.model_validate,
        model=CodeRead,
        key=CodeRow.code,
        default_sort="place",
        sort_keys={"place": CodeRow.place, "code": CodeRow.code, "name": CodeRow.sort_key},
    )


def _children_of(parent: str) -> Select[str, str]:
    scheme, code = split_code(parent)
    return select(CodeParent.scheme, CodeParent.code).where(
        CodeParent.parent_scheme == scheme, CodeParent.parent_code == code
    )


async def get(session: AsyncSession, scheme: str, code: str) -> CodeDetail:
    """Return one code with its parents, children and crosswalk. Raises NotFound."""
    row = await session.get(CodeRow, (scheme, code))
    if row is None:
        raise NotFound
    return CodeDetail(
        **CodeRead.model_validate(row).model_dump(),
        parents=await _relatives(session, row, CodeParent.parent_scheme, CodeParent.parent_code),
        children=await _relatives(session, row, CodeParent.scheme, CodeParent.code),
        successors=await _links(session, row, CodeLink.to_scheme, CodeLink.to_code),
        predecessors=await _links(session, row, CodeLink.from_scheme, CodeLink.from_code),
    )


async def _relatives(
    session: AsyncSession, row: CodeRow, scheme: InstrumentedAttribute[str], code: InstrumentedAttribute[str]
) -> list[CodeKey]:
    """Return the codes at the given end of the parent relation, the row being at the other."""
    upwards = scheme is CodeParent.parent_scheme
    here = (
        and_(CodeParent.scheme == row.scheme, CodeParent.code == row.code)
        if upwards
        else and_(CodeParent.parent_scheme == row.scheme, CodeParent.parent_code == row.code)
    )
    relatives = await session.scalars(
        select(CodeRow)
        .join(CodeParent, and_(CodeRow.scheme == scheme, CodeRow.code == code))
        .where(here)
        .order_by(CodeRow.place, CodeRow.code)
        .limit(1000)
    )
    return [CodeKey.model_validate(relative) for relative in relatives]


async def _links(
    session: AsyncSession, row: CodeRow, scheme: InstrumentedAttribute[str], code: InstrumentedAttribute[str]
) -> list[CodeLinkRead]:
    """Return the crosswalk's steps from the row to the given end."""
    forwards = scheme is CodeLink.to_scheme
    here = (
        and_(CodeLink.from_scheme == row.scheme, CodeLink.from_code == row.code)
        if forwards
        else and_(CodeLink.to_scheme == row.scheme, CodeLink.to_code == row.code)
    )
    steps = await session.execute(
        select(CodeRow, CodeLink)
        .join(CodeLink, and_(CodeRow.scheme == scheme, CodeRow.code == code))
        .where(here)
        .order_by(CodeLink.share.desc(), CodeRow.scheme, CodeRow.code)
        .limit(1000)
    )
    return [
        CodeLinkRead(kind=LinkKind(link.kind), share=link.share, scheme=to.scheme, code=to.code, name=to.name)
        for to, link in steps
    ]


def covered(areas: Sequence[tuple[str, str]]) -> Statement:
    """Return scheme and code of the areas and of every area within one, under the codes of all lists.

    The statement follows parents, the same area in another list or edition, and areas that were merged into it as
    a whole. It does not follow an area that was split: a project in Häme is in neither of the areas that Häme became.
    """
    asked = values(column("scheme", Text), column("code", Text), name="asked").data(areas)
    within = select(asked.c.scheme, asked.c.code).cte("within", recursive=True)
    within = within.union(
        select(CodeParent.scheme, CodeParent.code).join(
            within, and_(CodeParent.parent_scheme == within.c.scheme, CodeParent.parent_code == within.c.code)
        )
    )
    one_area = CodeLink.kind.in_([LinkKind.same, LinkKind.renamed])
    steps = union_all(
        select(
            CodeLink.from_scheme.label("scheme"), CodeLink.from_code.label("code"), CodeLink.to_scheme, CodeLink.to_code
        ).where(one_area),
        select(CodeLink.to_scheme, CodeLink.to_code, CodeLink.from_scheme, CodeLink.from_code).where(
            or_(one_area, CodeLink.kind == LinkKind.merged)
        ),
    ).subquery("steps")
    alike = select(within.c.scheme, within.c.code).cte("alike", recursive=True)
    alike = alike.union(
        select(steps.c.to_scheme, steps.c.to_code).join(
            alike, and_(steps.c.scheme == alike.c.scheme, steps.c.code == alike.c.code)
        )
    )
    return select(alike.c.scheme, alike.c.code)


async def unknown(session: AsyncSession, codes: Iterable[tuple[str, str]]) -> set[tuple[str, str]]:
    """Return those of the codes that are in no list."""
    pairs = set(codes)
    if not pairs:
        return set()
    known = await session.execute(
        select(CodeRow.scheme, CodeRow.code).where(tuple_(CodeRow.scheme, CodeRow.code).in_(pairs))
    )
    return pairs - {(row.scheme, row.code) for row in known}


async def codes_of(session: AsyncSession, schemes: Collection[str]) -> dict[str, list[str]]:
    """Return the codes of each of the lists, in the order of the list."""
    rows = await session.execute(
        select(CodeRow.scheme, CodeRow.code).where(CodeRow.scheme.in_(schemes)).order_by(CodeRow.scheme, CodeRow.place)
    )
    codes: dict[str, list[str]] = {scheme: [] for scheme in schemes}
    for row in rows:
        codes[row.scheme].append(row.code)
    return codes
