"""The rows of a list of projects: judged against what is shown, then stated."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID, uuid5

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.kernel.data.ids import new_id
from services.kernel.data.rows import among
from services.kernel.text import pick
from services.registry.nouns.rows import (
    Applied,
    Batch,
    Change,
    EnteredMeanwhile,
    Finding,
    Judgement,
    ListRow,
)
from services.registry.nouns.terms import Rule, Severity, Verdict
from services.registry.organisations import importing as organisations
from services.registry.organisations import queries as organisation_queries
from services.registry.organisations.importing import Named
from services.registry.statements import queries as statement_queries
from services.registry.statements import service as statements
from services.registry.statements.derivation import Listed
from services.registry.statements.queries import Identified
from services.registry.statements.service import RegisterList
from services.registry.statements.terms import Facts

from . import access, list_fields, queries, shown
from .errors import IdentifierTaken, SlugTaken
from .list_changes import changes_of
from .list_fields import ORGANISATIONS, Codes, Meaning
from .list_formats import ProjectFormat
from .models import Project, ProjectIdentifier
from .rows import NewProject
from .shown import Preview

# Rows come after every statement that is stored, in the order of their lines.
_LATEST: Final = 2**62
# Organisations that applying the import would enter get these ids in the dry run.
_UNKNOWN: Final = UUID("b3a1c1de-6c0e-4b55-9f0a-3a6d5f7c2e10")


@dataclass(frozen=True, slots=True)
class ProjectRows:
    """The rows of a list of projects, which are judged and then applied, a chunk at a time."""

    batch: Batch
    known: ProjectFormat
    codes: Codes
    contested: Collection[str]

    async def judge(self, session: AsyncSession, rows: Sequence[ListRow]) -> list[Judgement]:
        """Return the verdict on each row: what it would change of what is shown.

        Rows about several numbers of one project are judged together, also where the others are in other chunks. A
        row changes a field where it does so alone and beside the others.
        """
        holders = await self._holders(session, [row.key for row in rows])
        mine = await self._writable(session, holders.values())
        hidden = await self._hidden(session, set(holders.values()) - set(mine))
        numbers = await shown.holders_of(session, set(holders.values()))
        scheme = self.known.scheme.value
        held = {key: project_id for project_id, held in numbers.items() for of, key in held if of == scheme}
        others = await self._others(session, rows, held)
        equal = await self._still_equal(session, rows, held)
        doubtful = await self._with_values(session, [row for row in (*rows, *others) if row.key not in equal])
        stated = await self._stated(session, [row for row in doubtful if row.key in held])
        equal |= await self._equal(session, stated.facts, held)
        of_project: dict[UUID, list[ListRow]] = defaultdict(list)
        for row in doubtful:
            if row.key in held and row.key not in equal:
                of_project[held[row.key]].append(row)
        changes = await self._changes(session, of_project, numbers, stated)
        return [
            self._new(row)
            if row.key not in holders
            else _not_yours(row)
            if holders[row.key] in hidden
            else self._judgement(row, holders[row.key], changes.get(row.line, ()), mine, equal_to=equal.get(row.key))
            for row in rows
        ]

    async def _still_equal(
        self, session: AsyncSession, rows: Sequence[ListRow], holders: Mapping[str, UUID]
    ) -> dict[str, int]:
        """Return the numbers of rows of which the earlier judgement holds that their list says the same already."""
        judged = {row.key: row.equal_to for row in rows if row.equal_to is not None and row.key in holders}
        numbers = [self._number(key) for key in judged]
        beside = await statement_queries.beside(session, self.batch.list_on, numbers) if numbers else set()
        still = {key: found for key, found in judged.items() if (self._number(key), found) in beside}
        return await self._without_persons(session, still, holders)

    async def _with_values(self, session: AsyncSession, rows: Sequence[ListRow]) -> list[ListRow]:
        """Return the rows with the values that rows come without where they were judged to be equal."""
        without = [row.key for row in rows if row.equal_to is not None]
        found = {row.line: row for row in await self.batch.rows_of(session, without)} if without else {}
        return [found.get(row.line, row) for row in rows]

    async def _others(self, session: AsyncSession, rows: Sequence[ListRow], held: Collection[str]) -> list[ListRow]:
        """Return the rows outside the chunk that are about other numbers of its projects."""
        keys = set(held) - {row.key for row in rows}
        return await self.batch.rows_of(session, keys) if keys else []

    async def apply(self, session: AsyncSession, rows: Sequence[ListRow]) -> Applied:
        """State the rows, and show what follows of it. Raises EnteredMeanwhile.

        Requires: the organisations are entered, and the projects are held.
        """
        holders = await self._holders(session, [row.key for row in rows])
        # All rows about a project are stated at once: else it would show the new list of one number beside the old
        # one of another for a while.
        numbers = await shown.holders_of(session, set(holders.values()))
        held = {key for held in numbers.values() for scheme, key in held if scheme == self.known.scheme}
        others = await self._others(session, rows, held)
        rows_to_state = await self._not_stated(session, [*rows, *others])
        new = {row.key: new_id() for row in rows if row.key not in holders}
        changed = await self._state(session, rows_to_state)
        await self._enter(session, new)
        to_show = list(dict.fromkeys(holders[key] for key in changed if key in holders))
        outcome = await shown.show(session, to_show, author=self.batch.author.subject, batch_id=self.batch.id)
        subjects = {row.line: holders.get(row.key) or new[row.key] for row in rows}
        return Applied(subjects, created=len(new), changed=len(outcome.changed))

    async def _not_stated(self, session: AsyncSession, rows: Sequence[ListRow]) -> list[ListRow]:
        stated = await statement_queries.stated_by(session, self.batch.id, [self._number(row.key) for row in rows])
        return [row for row in rows if self._number(row.key) not in stated]

    async def _state(self, session: AsyncSession, rows: Sequence[ListRow]) -> Collection[str]:
        """State the rows. Returns the numbers of which something else, or a newer day, is to be shown."""
        stated = await self._stated(session, [row for row in rows if row.equal_to is None])
        register_list = RegisterList(self.known.list_kind, self.known.label, self.batch.list_on)
        import_id, author = self.batch.id, self.batch.author.subject
        facts = {self._number(key): said for key, said in stated.facts.items()}
        await statements.state_list(session, register_list, facts, import_id=import_id, author=author)
        repeated = {self._number(row.key): row.equal_to for row in rows if row.equal_to is not None}
        moved = await statements.repeat_list(session, register_list, repeated, import_id=import_id, author=author)
        return [*stated.facts, *(key for _, key in moved)]

    async def _enter(self, session: AsyncSession, new: Mapping[str, UUID]) -> None:
        if not new:
            return
        source = {"scheme": self.known.scheme, "source": self.known.label}
        projects = [
            NewProject(project_id, [{**source, "value": key}], numbered=True) for key, project_id in new.items()
        ]
        try:
            await shown.enter(
                session,
                projects,
                author=self.batch.author.subject,
                batch_id=self.batch.id,
                coordinated_by=self.batch.coordinated_by,
            )
        except (IdentifierTaken, SlugTaken) as error:
            raise EnteredMeanwhile from error

    def _number(self, key: str) -> Identified:
        return self.known.scheme.value, key

    async def _holders(self, session: AsyncSession, keys: Collection[str]) -> dict[str, UUID]:
        """Return the projects that hold the numbers."""
        found = await session.execute(
            select(ProjectIdentifier.value, ProjectIdentifier.project_id).where(
                ProjectIdentifier.scheme == self.known.scheme,
                among(ProjectIdentifier.value, keys),
            )
        )
        return {row.value: row.project_id for row in found}

    async def _writable(self, session: AsyncSession, project_ids: Collection[UUID]) -> Collection[UUID]:
        """Return those of the projects that the author of the import may change."""
        if access.may_write_all(self.batch.author):
            return set(project_ids)
        writable = select(Project.id).where(among(Project.id, project_ids), access.writable_by(self.batch.author))
        return set(await session.scalars(writable))

    async def _hidden(self, session: AsyncSession, others: Collection[UUID]) -> Collection[UUID]:
        """Return those of the projects that the author may not see: any verdict would confirm a guess about a draft."""
        if not others:
            return frozenset()
        hidden = select(Project.id).where(among(Project.id, others), ~access.visible_or_merged(self.batch.author))
        return set(await session.scalars(hidden))

    async def _stated(self, session: AsyncSession, rows: Sequence[ListRow]) -> "_Stated":
        """Return what the rows state, with the organisations that they name."""
        named = {
            row.key: {
                field: Named(row.values[field], row.values.get(number) if number else None)
                for field, number in ORGANISATIONS.items()
                if field in row.values
            }
            for row in rows
        }
        all_named = {one for of_row in named.values() for one in of_row.values()}
        found = await organisations.find(session, all_named, contested=self.contested, import_id=self.batch.id)
        merged = await organisation_queries.merged(session)
        named_ids = {str(organisation_id) for organisation_id in found.values()}
        answering = {merged[organisation_id] for organisation_id in named_ids & merged.keys()}
        names = await organisation_queries.names(session, named_ids | answering)
        shown_names = {organisation_id: pick(name)[0] for organisation_id, name in names.items()}
        for one in all_named - found.keys():
            found[one] = uuid5(_UNKNOWN, one.business_id or one.key)
            shown_names[str(found[one])] = one.name
        meanings = {
            key: Meaning(self.known, self.codes, key, {field: found[one] for field, one in of_row.items()})
            for key, of_row in named.items()
        }
        facts = {row.key: list_fields.facts_of_row(row.values, meanings[row.key]) for row in rows}
        return _Stated(facts, meanings, shown_names)

    async def _equal(
        self, session: AsyncSession, facts: Mapping[str, Facts], holders: Mapping[str, UUID]
    ) -> dict[str, int]:
        """Return the numbers about which the list says the same already beside its day, and persons say nothing."""
        same = await statement_queries.said_already(
            session,
            self.known.list_kind,
            self.batch.list_on,
            {self._number(key): said for key, said in facts.items()},
        )
        return await self._without_persons(session, {value: found for (_, value), found in same.items()}, holders)

    async def _without_persons(
        self, session: AsyncSession, equal: Mapping[str, int], holders: Mapping[str, UUID]
    ) -> dict[str, int]:
        """Return those of the numbers about whose projects no person has spoken."""
        said = await queries.spoken_of(session, {holders[key] for key in equal})
        return {key: found for key, found in equal.items() if holders[key] not in said}

    async def _changes(
        self,
        session: AsyncSession,
        rows: Mapping[UUID, Sequence[ListRow]],
        numbers: Mapping[UUID, Sequence[Identified]],
        stated: "_Stated",
    ) -> dict[int, list[Change]]:
        """Return by line what the rows of each project would change, and what persons keep."""
        together = await self._previews(session, rows, numbers, stated)
        changes = {
            row.line: list(changes_of(row, stated.meanings[row.key], together[project_id], stated.names))
            for project_id, of_project in rows.items()
            for row in of_project
        }
        several = {project_id: of_project for project_id, of_project in rows.items() if len(of_project) > 1}
        for place in range(max(map(len, several.values()), default=0)):
            one = {project_id: of_project[place : place + 1] for project_id, of_project in several.items()}
            alone = await self._previews(session, {key: found for key, found in one.items() if found}, numbers, stated)
            for project_id, preview in alone.items():
                [row] = one[project_id]
                own = {change.field for change in changes_of(row, stated.meanings[row.key], preview, stated.names)}
                changes[row.line] = [change for change in changes[row.line] if change.field in own]
        return changes

    async def _previews(
        self,
        session: AsyncSession,
        rows: Mapping[UUID, Sequence[ListRow]],
        numbers: Mapping[UUID, Sequence[Identified]],
        stated: "_Stated",
    ) -> dict[UUID, Preview]:
        further = [
            Listed(
                scheme=self.known.scheme,
                value=row.key,
                place=0,
                list_kind=self.known.list_kind,
                label=self.known.label,
                list_on=self.batch.list_on,
                sequence=_LATEST + row.line,
                facts=stated.facts[row.key],
            )
            for of_project in rows.values()
            for row in of_project
        ]
        return await shown.preview(session, {project_id: numbers[project_id] for project_id in rows}, further)

    def _new(self, row: ListRow) -> Judgement:
        if access.may_write_all(self.batch.author) or self.batch.coordinated_by is not None:
            return Judgement(row.line, Verdict.new)
        return _not_yours(row)

    def _judgement(
        self,
        row: ListRow,
        project_id: UUID,
        changes: Sequence[Change],
        mine: Collection[UUID],
        *,
        equal_to: int | None = None,
    ) -> Judgement:
        if project_id not in mine:
            # The differences are those of another's project, which the author may not change.
            return _not_yours(row) if changes else Judgement(row.line, Verdict.same, project_id, stated=False)
        kept = any(change.kept for change in changes)
        verdict = Verdict.conflict if kept else Verdict.changed if changes else Verdict.same
        return Judgement(row.line, verdict, project_id, changes, equal_to=equal_to)


@dataclass(frozen=True, slots=True)
class _Stated:
    """The statements of rows: facts and meanings by their numbers, and the names of organisations by their ids."""

    facts: Mapping[str, Facts]
    meanings: Mapping[str, Meaning]
    names: Mapping[str, str]


def _not_yours(row: ListRow) -> Judgement:
    finding = Finding(Severity.error, "code", Rule.not_yours, "")
    return Judgement(row.line, Verdict.rejected, stated=False, finding=finding)
