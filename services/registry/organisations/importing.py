"""Organisations as lists name them: by their number, by a name alone, or by both.

- The number outranks the name. A row with a Y-tunnus means the organisation of that number, whatever the name says.
- Where no organisation has the number, one without a number and of that name gets it, if lists bring only this number
  for the name. Else the number is a new organisation, also beside others of its name.
- A name alone means what a standing list has meant by it, then the organisation of that name (one without a number
  first, then the lowest number), then the one that other standing imports name so beside a number, then a new one.
- Lists name an organisation until a person does: by its most frequent spelling. Of several imports of one list the
  latest counts; of equally frequent spellings the first one in alphabetical order.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import Final
from typing import cast as as_type
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    Select,
    Table,
    Text,
    cast,
    delete,
    desc,
    distinct,
    func,
    insert,
    literal,
    or_,
    select,
    union,
)
from sqlalchemy.dialects.postgresql import JSONB, distinct_on
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from services.kernel.background.outbox import announce_all
from services.kernel.collation import finnish_sort_key
from services.kernel.data.ids import new_id
from services.kernel.data.rows import among
from services.registry.search import service as search
from services.registry.statistics import GrowingTables

from . import searching
from .announcing import Touched, announce_organisations
from .kinds import kind_of_name
from .messages import OrganisationRemoved
from .models import ImportedName, Organisation
from .typed_names import typed_key

_PAGE: Final = 1000
TABLES: Final = tuple(as_type("Table", model.__table__) for model in (Organisation, ImportedName))
# Name, number or null, and the count of rows that name the organisation so.
NamedRows = Select[str, str | None, int]


@dataclass(frozen=True, slots=True)
class Named:
    """A name in a list, with the number beside it."""

    name: str
    business_id: str | None = None

    @property
    def key(self) -> str:
        """Return the name as names are compared."""
        return self.name.lower()


@dataclass(frozen=True, slots=True)
class _Known:
    """The organisations that names and numbers may mean."""

    by_number: Mapping[str, UUID]
    meant: Mapping[str, UUID]
    namesakes: Mapping[str, Sequence[UUID]]
    listed: Mapping[str, UUID]
    without_number: Collection[UUID]

    def meaning(self, named: Named, *, contested: Collection[str]) -> UUID | None:
        meant = [self.meant[named.key]] if named.key in self.meant else []
        of_name = [*meant, *self.namesakes.get(named.key, ())]
        if named.business_id is None:
            return next(iter(of_name), None) or self.listed.get(named.key)
        known = self.by_number.get(named.business_id)
        if known is not None or named.key in contested:
            return known
        return next((found for found in of_name if found in self.without_number), None)


async def find(
    session: AsyncSession, named: Collection[Named], *, contested: Collection[str], import_id: UUID
) -> dict[Named, UUID]:
    """Return the organisations that the names mean in an import, those of unknown ones left out.

    `contested` are the keys of names for which lists bring several numbers.
    """
    known = await _known(session, named, import_id)
    meanings = ((one, known.meaning(one, contested=contested)) for one in named)
    return {one: found for one, found in meanings if found is not None}


async def contested_names(session: AsyncSession, named: NamedRows) -> set[str]:
    """Return the keys of the names for which the rows and standing lists bring several numbers."""
    rows = named.subquery()
    number = rows.c[1]
    brought = union(
        select(func.lower(rows.c[0]).label("name_key"), number.label("number")).where(number.is_not(None)),
        select(ImportedName.name_key, ImportedName.business_id).where(ImportedName.business_id != ""),
    ).subquery()
    several = select(brought.c.name_key).group_by(brought.c.name_key).having(func.count(distinct(brought.c.number)) > 1)
    return set(await session.scalars(several))


async def _known(session: AsyncSession, named: Collection[Named], import_id: UUID) -> _Known:
    name_key = func.lower(Organisation.sort_name, type_=Text())
    keys = sorted({one.key for one in named})
    numbers = sorted({one.business_id for one in named if one.business_id})
    numbered = await session.execute(
        select(Organisation.business_id, Organisation.id).where(among(Organisation.business_id, numbers))
    )
    of_name = await session.execute(
        select(name_key, Organisation.business_id, Organisation.id)
        .where(among(name_key, keys))
        .order_by(Organisation.business_id.nulls_first(), Organisation.id)
    )
    imported = await session.execute(
        select(ImportedName.name_key, Organisation.business_id, Organisation.id, ImportedName.business_id)
        .join(Organisation, Organisation.id == ImportedName.organisation_id)
        # Beside a number the names of other imports count: else the order of the rows would matter.
        .where(
            among(ImportedName.name_key, keys),
            or_(ImportedName.business_id == "", ImportedName.import_id != import_id),
        )
        .order_by(desc(ImportedName.business_id), desc(Organisation.id))
    )
    without_number: set[UUID] = set()
    namesakes: dict[str, list[UUID]] = defaultdict(list)
    for key, number, organisation_id in of_name:
        namesakes[key].append(organisation_id)
        without_number |= set() if number else {organisation_id}
    meant: dict[str, UUID] = {}
    listed: dict[str, UUID] = {}
    for key, number, organisation_id, beside in imported:
        (listed if beside else meant)[key] = organisation_id
        without_number |= set() if number else {organisation_id}
    return _Known({str(number): found for number, found in numbered}, meant, namesakes, listed, without_number)


async def enter(session: AsyncSession, named: NamedRows, *, import_id: UUID, list_kind: str, list_on: date) -> None:
    """Enter the organisations that only the list names, and store what each of its names means.

    Numbers that an organisation gets, new organisations and new names are announced.
    """
    touched = Touched()
    contested = await contested_names(session, named)
    rows = named.subquery()
    in_order = select(*rows.c).order_by(rows.c[1].is_(None), rows.c[1], rows.c[0])
    counted = await session.stream(in_order.execution_options(yield_per=_PAGE))
    growing, entered = GrowingTables((*TABLES, *search.TABLES)), 0
    async for page in counted.partitions():
        counts = {Named(name, number): int(count) for name, number, count in page}
        for has_number in (True, False):
            part = {one: count for one, count in counts.items() if (one.business_id is not None) == has_number}
            meanings = await _enter_part(session, part, touched, contested=contested, import_id=import_id)
            mentions = [
                {
                    "import_id": import_id,
                    "name_key": one.key,
                    "spelling": one.name,
                    "business_id": one.business_id or "",
                    "organisation_id": meanings[one],
                    "list_kind": list_kind,
                    "list_on": list_on,
                    "row_count": count,
                }
                for one, count in part.items()
            ]
            if mentions:
                await session.execute(insert(ImportedName), mentions)
        entered += len(page)
        await growing.refresh(session, entered)
    mentioned = select(ImportedName.organisation_id).where(ImportedName.import_id == import_id).distinct()
    await _name_by_lists(session, (await session.scalars(mentioned)).all(), touched)
    await announce_organisations(session, created=touched.created, changed=touched.changed)


async def _enter_part(
    session: AsyncSession,
    counts: Mapping[Named, int],
    touched: Touched,
    *,
    contested: Collection[str],
    import_id: UUID,
) -> dict[Named, UUID]:
    """Return what the names mean, after their numbers and the unknown organisations are entered."""
    meanings = await find(session, counts.keys(), contested=contested, import_id=import_id)
    if await _give_numbers(session, meanings, touched):
        # Other names of the same numbers mean these organisations too.
        meanings = await find(session, counts.keys(), contested=contested, import_id=import_id)
    created = await _create(session, {one: count for one, count in counts.items() if one not in meanings})
    touched.created.update(created.values())
    return meanings | created


async def _create(session: AsyncSession, counts: Mapping[Named, int]) -> dict[Named, UUID]:
    """Enter an organisation for each number, or for each name without one, under its most frequent spelling."""
    meanings: dict[Named, UUID] = {}
    rows: list[dict[str, object]] = []
    for _, alike in groupby(sorted(counts, key=_identity), key=_identity):
        of_one = list(alike)
        spelling = min(of_one, key=lambda one: (-counts[one], one.name))
        organisation_id = new_id()
        meanings |= dict.fromkeys(of_one, organisation_id)
        listed = ["kind", "name", *(["business_id"] if spelling.business_id else [])]
        rows.append(
            {
                "id": organisation_id,
                "business_id": spelling.business_id,
                "listed_fields": listed,
                **_called(spelling.name, []),
            }
        )
    if rows:
        await session.execute(insert(Organisation), rows)
        await searching.index(session, list(dict.fromkeys(meanings.values())))
    return meanings


def _identity(one: Named) -> tuple[str, str]:
    return (one.business_id, "") if one.business_id else ("", one.key)


def _called(name: str, abbreviations: Sequence[str]) -> dict[str, object]:
    return {
        "kind": kind_of_name(name),
        "name": {"fi": name},
        "sort_name": name,
        "sort_key": finnish_sort_key(name),
        "typed_key": typed_key({"fi": name}, abbreviations),
    }


async def _give_numbers(session: AsyncSession, meanings: Mapping[Named, UUID], touched: Touched) -> bool:
    """Give organisations without a number the number that the list brings for their name. Returns whether any did."""
    brought: dict[str, UUID] = {}
    for one, found in meanings.items():
        if one.business_id and found not in brought.values():
            brought.setdefault(one.business_id, found)
    numbers = {found: number for number, found in brought.items()}
    without = await session.scalars(
        select(Organisation).where(among(Organisation.id, numbers), Organisation.business_id.is_(None))
    )
    changed: list[Organisation] = []
    for organisation in without:
        organisation.business_id = numbers[organisation.id]
        organisation.listed_fields = sorted({*organisation.listed_fields, "business_id"})
        organisation.version += 1
        changed.append(organisation)
    await _store(session, changed, touched)
    return bool(changed)


async def _store(session: AsyncSession, changed: Sequence[Organisation], touched: Touched) -> None:
    await session.flush()  # For the document of search, and so that a conflict shows here.
    await searching.index(session, [one.id for one in changed])
    touched.changed.update(one.id for one in changed)


def _listed(field: str) -> ColumnElement[bool]:
    return func.jsonb_exists(Organisation.listed_fields, field)


async def _name_by_lists(session: AsyncSession, organisation_ids: Collection[UUID], touched: Touched) -> None:
    """Give those of the organisations that no person has named their most frequent spelling."""
    spellings = await _most_frequent(session, organisation_ids)
    named = await session.execute(
        select(Organisation.id, Organisation.sort_name).where(among(Organisation.id, spellings), _listed("name"))
    )
    differing = [row.id for row in named if row.sort_name != spellings[row.id]]
    if not differing:
        return
    renamed = await session.scalars(
        select(Organisation).where(among(Organisation.id, differing)).order_by(Organisation.id)
    )
    await _rename(session, [(one, spellings[one.id]) for one in renamed], touched)


async def _most_frequent(session: AsyncSession, organisation_ids: Collection[UUID]) -> dict[UUID, str]:
    """Return by which spelling lists name each of the organisations: of one list and day the latest import counts."""
    # In one pass: a join of the table with itself may be planned for a few rows, and then takes minutes for thousands.
    latest = func.first_value(ImportedName.import_id).over(
        partition_by=(ImportedName.organisation_id, ImportedName.list_kind, ImportedName.list_on),
        order_by=[ImportedName.stated_at.desc(), ImportedName.import_id.desc()],
    )
    mentions = (
        select(
            ImportedName.organisation_id,
            ImportedName.spelling,
            ImportedName.row_count,
            (ImportedName.import_id == latest).label("counts"),
        )
        .where(among(ImportedName.organisation_id, organisation_ids))
        .subquery()
    )
    best = (
        select(mentions.c.organisation_id, mentions.c.spelling)
        .where(mentions.c.counts)
        .group_by(mentions.c.organisation_id, mentions.c.spelling)
        .ext(distinct_on(mentions.c.organisation_id))
        .order_by(mentions.c.organisation_id, desc(func.sum(mentions.c.row_count)), mentions.c.spelling.collate("C"))
    )
    return {row.organisation_id: row.spelling for row in await session.execute(best)}


async def _rename(session: AsyncSession, renamed: Sequence[tuple[Organisation, str]], touched: Touched) -> None:
    for organisation, name in renamed:
        called = _called(name, organisation.abbreviations)
        for field in called if "kind" in organisation.listed_fields else called.keys() - {"kind"}:
            setattr(organisation, field, called[field])
        # A new organisation has not been announced yet, so its first version has the final name.
        organisation.version += 0 if organisation.id in touched.created else 1
    await _store(session, [organisation for organisation, _ in renamed], touched)


async def take_back(session: AsyncSession, import_id: UUID, *, in_use: CompoundSelect[UUID]) -> None:
    """Forget what the import's names mean, and announce what follows.

    Organisations that only undone imports have named, that no person has changed and that are not `in_use` go. The
    others keep the number and the name that standing lists give them.
    Requires: what the import stated about projects is taken back already.
    """
    mentioned = set(
        await session.scalars(
            delete(ImportedName).where(ImportedName.import_id == import_id).returning(ImportedName.organisation_id)
        )
    )
    touched = Touched()
    await _remove(session, among(Organisation.id, mentioned), Organisation.id.not_in(in_use))
    await _forget_numbers(session, among(Organisation.id, mentioned), touched)
    await _name_by_lists(session, mentioned, touched)
    await announce_organisations(session, changed=touched.changed)


async def _remove(session: AsyncSession, *among: ColumnElement[bool]) -> None:
    named = select(literal(1)).where(ImportedName.organisation_id == Organisation.id)
    other = aliased(Organisation)
    merged_into = select(other.merged_into).where(other.merged_into.is_not(None))
    unedited = (
        _listed("kind"),
        _listed("name"),
        Organisation.business_id.is_(None) | _listed("business_id"),
        *(column == cast([], JSONB) for column in (Organisation.abbreviations, Organisation.mail_domains)),
        Organisation.areas == cast([], JSONB),
        Organisation.merged_into.is_(None),
        Organisation.id.not_in(merged_into),
    )
    returned = (Organisation.id, Organisation.version)
    gone = (
        await session.execute(delete(Organisation).where(*among, *unedited, ~named.exists()).returning(*returned))
    ).all()
    await search.forget(session, [row.id for row in gone])
    # A removal is the next version: it is newer than every state that was announced.
    await announce_all(session, [OrganisationRemoved(organisation_id=row.id, version=row.version + 1) for row in gone])


async def _forget_numbers(session: AsyncSession, among: ColumnElement[bool], touched: Touched) -> None:
    """Take the number from the organisations for which no standing list brings it any more."""
    standing = select(literal(1)).where(
        ImportedName.organisation_id == Organisation.id, ImportedName.business_id == Organisation.business_id
    )
    without = await session.scalars(
        select(Organisation).where(
            among, _listed("business_id"), Organisation.business_id.is_not(None), ~standing.exists()
        )
    )
    changed: list[Organisation] = []
    for organisation in without:
        organisation.business_id = None
        organisation.listed_fields = [field for field in organisation.listed_fields if field != "business_id"]
        organisation.version += 1
        changed.append(organisation)
    await _store(session, changed, touched)
