"""The fields of lists of projects: how a cell is read, which facts it states, and how the fact is shown.

This table is the only place that knows what a field of a row means.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache, lru_cache
from typing import Final, cast
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.contracts.vocabulary import AreaScheme
from services.contracts.words import InvalidValue
from services.kernel.background.messages import JsonValue
from services.registry.codes import queries as code_queries
from services.registry.nouns import cells
from services.registry.nouns.rows import Field, Refused, RowReader, StagedRow
from services.registry.nouns.terms import Rule
from services.registry.organisations.terms import normal_business_id
from services.registry.statements import facts as statement_facts
from services.registry.statements.derivation import NATIONAL_PART
from services.registry.statements.terms import ONLY, STATE, Facts

from . import checks
from .identifiers import normal_identifier
from .list_formats import ProjectFormat
from .parts import check_runs_forwards
from .terms import AreaMeaning, DateKind, FundingKind, FundingSource, PartyRole, ProjectScope, State

Document = Mapping[str, JsonValue]
# A field of a project, the key of the line or value, and what is said.
Fact = tuple[str, str, JsonValue]
Lines = list[dict[str, JsonValue]]

# The registers' own words for the states of a project.
_STATUSES: Final[dict[str, State]] = {
    "toiminta päättynyt": State.ended,
    "päättynyt": State.ended,
    "toiminnassa": State.running,
    "käynnissä": State.running,
    "keskeytynyt": State.interrupted,
    "keskeytetty": State.interrupted,
    "hyväksytty": State.approved,
    "aloittamatta": State.approved,
    "suljettu": State.closed,
    "peruuntunut": State.cancelled,
    "peruttu": State.cancelled,
}
# The parts of the programme of 2007-2013: the major regions of that time.
_PART_END: Final = " suuralueosio"
_PARTS: Final = {"Itä-Suomen": "FI13", "Etelä-Suomen": "FI18", "Länsi-Suomen": "FI19", "Pohjois-Suomen": "FI1A"}
# Where a project of 2021-2027 acts: `FI193 Keski-Suomi`, several of them, or the whole country.
_NUTS: Final = re.compile(r"\bFI[0-9][0-9A-Z]{0,2}\b")
# The edition of the period first: newer lists may have codes of the next one.
_NUTS_LISTS: Final = (
    AreaScheme.nuts1_2021,
    AreaScheme.nuts2_2021,
    AreaScheme.nuts3_2021,
    AreaScheme.nuts1_2024,
    AreaScheme.nuts2_2024,
    AreaScheme.nuts3_2024,
)
_WHOLE_COUNTRY: Final = "valtakunnallinen"


@dataclass(frozen=True, slots=True)
class Codes:
    """The codes that rows may name: of funds, and of areas with the list that each is in."""

    funds: frozenset[str]
    areas: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Meaning:
    """The meaning of a row beside its texts: its list, its number, and the organisations by their fields."""

    format: ProjectFormat
    codes: Codes
    number: str
    organisations: Mapping[str, UUID]

    @property
    def source(self) -> str:
        """The source under which the row's days are shown."""
        return f"{self.format.label}, {self.number}"


@dataclass(frozen=True, slots=True)
class ProjectField(Field):
    """A field of a list of projects.

    `states` gives the facts of a text, `shows` what a project's document shows for it. `covers` are the fields of a
    document in which a change of the field shows.
    """

    states: Callable[[str, Meaning], Iterator[Fact]] = lambda *_: iter(())
    shows: Callable[[Document, Meaning], JsonValue] = lambda *_: None
    covers: frozenset[str] = frozenset()


def facts_of_row(values: Mapping[str, str], meaning: Meaning) -> Facts:
    """Return what the row states. An empty cell says nothing."""
    facts: Facts = {"programme_period": {ONLY: meaning.format.programme_period}}
    for name, text in values.items():
        for field, key, value in FIELDS[name].states(text, meaning):
            facts.setdefault(field, {})[key] = value
    return facts


@lru_cache(maxsize=10_000)
def _party_key(role: PartyRole, organisation_id: UUID) -> str:
    return statement_facts.key_of("parties", {"role": role, "organisation_id": str(organisation_id)})


@cache
def _area_key(scheme: str, code: str) -> str:
    return statement_facts.key_of("areas", {"meaning": AreaMeaning.action, "scheme": scheme, "code": code})


def _single(field: str, read: Callable[[str], str] = str) -> ProjectField:
    return ProjectField(
        read=read,
        states=lambda text, _: iter([(field, ONLY, text)]),
        shows=lambda document, _: document.get(field),
        covers=frozenset({field}),
    )


def _text(field: str, max_length: int) -> ProjectField:
    def shows(document: Document, _: Meaning) -> JsonValue:
        texts = document.get(field)
        return texts.get("fi") if isinstance(texts, dict) else None

    return ProjectField(
        max_length=max_length,
        states=lambda text, _: iter([(field, "fi", text)]),
        shows=shows,
        covers=frozenset({field}),
    )


def _status(text: str) -> str:
    known = _STATUSES.get(text.lower())
    if known is None:
        raise Refused(Rule.unknown_status)
    return known.value


def _state(text: str, meaning: Meaning) -> Iterator[Fact]:
    """Yield the state. Where it needs a reason, the reason is the list that says so."""
    reason = {"reason": meaning.format.label} if checks.needs_reason(State(text)) else {}
    yield STATE, ONLY, {STATE: text, **reason}


def is_programme_part(text: str) -> bool:
    """Return whether the text names a part of the 2007-2013 programme."""
    return text == NATIONAL_PART or text.endswith(_PART_END)


def _part(text: str) -> str:
    if not is_programme_part(text):
        raise Refused(Rule.unknown_programme_part)
    return text


def _part_states(text: str, _: Meaning) -> Iterator[Fact]:
    """Yield the part and its major region. The national part has none: it is a scope."""
    yield "programme_part", ONLY, text
    code = _PARTS.get(text.removesuffix(_PART_END))
    if code is not None:
        yield "areas", _area_key(AreaScheme.suuralue_2007, code), {}


def _location(text: str, meaning: Meaning) -> Iterator[Fact]:
    """Yield the areas, and the scope where the project acts in the whole country, which is no area."""
    areas = meaning.codes.areas
    for code in _nuts_codes(text):
        if code in areas:
            yield "areas", _area_key(areas[code], code), {}
    if _WHOLE_COUNTRY in text.lower():
        yield "scope", ONLY, ProjectScope.national


def _nuts_codes(text: str) -> Sequence[str]:
    return list(dict.fromkeys(_NUTS.findall(text.upper())))


def _shown_areas(document: Document, _: Meaning) -> JsonValue:
    return [f"{line['scheme']}:{line['code']}" for line in _lines(document, "areas")]


def _lines(document: Document, field: str) -> Lines:
    return cast("Lines", document.get(field) or [])


def _day(kind: DateKind) -> ProjectField:
    # Without a source of its own a day is shown under that of its list.
    key = statement_facts.key_of("dates", {"kind": kind})

    def shows(document: Document, meaning: Meaning) -> JsonValue:
        days = (line for line in _lines(document, "dates") if (line["kind"], line["source"]) == (kind, meaning.source))
        return next((line["falls_on"] for line in days), None)

    return ProjectField(
        read=cells.day,
        states=lambda text, _: iter([("dates", key, {"falls_on": text})]),
        shows=shows,
        covers=frozenset({"dates", "starts_on", "ends_on"}),
    )


def _party(role: PartyRole, field: str) -> ProjectField:
    def states(_: str, meaning: Meaning) -> Iterator[Fact]:
        yield "parties", _party_key(role, meaning.organisations[field]), {}

    def shows(document: Document, _: Meaning) -> JsonValue:
        return [line["organisation_id"] for line in _lines(document, "parties") if line["role"] == role]

    return ProjectField(max_length=300, states=states, shows=shows, covers=frozenset({"parties"}))


def _money(kind: FundingKind, source: FundingSource) -> ProjectField:
    members = {"kind": kind, "source": source, "currency": "EUR"}
    key = statement_facts.key_of("funding", members)

    def shows(document: Document, _: Meaning) -> JsonValue:
        lines = (line for line in _lines(document, "funding") if members.items() <= line.items())
        return next((line["amount"] for line in lines), None)

    return ProjectField(
        read=cells.amount,
        states=lambda text, _: iter([("funding", key, {"amount": text})]),
        shows=shows,
        covers=frozenset({"funding"}),
    )


def _business_id(text: str) -> str:
    try:
        return normal_business_id(text)
    except ValueError as error:
        raise Refused(Rule.not_a_business_id) from error


# The fields that name organisations, each with the field that may have the number of the organisation.
ORGANISATIONS: Final = {"authority": None, "beneficiary": "business_id"}
MONEY: Final = {
    "granted": _money(FundingKind.granted, FundingSource.eu_and_state),
    "realised": _money(FundingKind.realised, FundingSource.eu_and_state),
    "planned_public": _money(FundingKind.planned, FundingSource.public),
    "realised_public": _money(FundingKind.realised, FundingSource.public),
    "planned_eu_and_state": _money(FundingKind.planned, FundingSource.eu_and_state),
    "planned_total": _money(FundingKind.planned, FundingSource.total),
    "realised_total": _money(FundingKind.realised, FundingSource.total),
    "realised_eu": _money(FundingKind.realised, FundingSource.eu),
}
FIELDS: Final[Mapping[str, ProjectField]] = {
    "name": _text("name", 300),
    "summary": _text("summary", 20_000),
    "fund": _single("fund"),
    "programme_part": ProjectField(
        read=_part,
        states=_part_states,
        shows=lambda document, _: document.get("programme_part"),
        covers=frozenset({"programme_part", "areas", "kind", "scope"}),
    ),
    "priority_axis": _single("priority_axis"),
    "specific_objective": _single("specific_objective"),
    "state": ProjectField(
        read=_status,
        states=_state,
        shows=lambda document, _: document.get(STATE),
        covers=frozenset({STATE, "states"}),
    ),
    "starts_on": _day(DateKind.planned_start),
    "ends_on": _day(DateKind.planned_end),
    "authority": _party(PartyRole.funder, "authority"),
    "beneficiary": _party(PartyRole.implementer, "beneficiary"),
    "business_id": ProjectField(read=_business_id),
    **MONEY,
    "location": ProjectField(
        max_length=1000, states=_location, shows=_shown_areas, covers=frozenset({"areas", "scope", "kind"})
    ),
}


def row_reader(known: ProjectFormat, codes: Codes) -> RowReader:
    """Return the reader of the format's rows."""

    def read_number(text: str) -> str:
        try:
            return normal_identifier(known.scheme, text)
        except ValueError as error:
            raise Refused(Rule.not_clean) from error

    def check(row: StagedRow) -> None:
        _check_row(codes, row)

    return RowReader({known.key: Field(read=read_number), **FIELDS}, check)


def _check_row(codes: Codes, row: StagedRow) -> None:
    """Check the rules that concern several columns or the code lists, as a request is checked; or warn."""
    values = row.values
    planned = [date.fromisoformat(values[name]) if name in values else None for name in ("starts_on", "ends_on")]
    try:
        check_runs_forwards(*planned)
    except InvalidValue:
        row.reject("ends_on", Rule.ends_before_it_starts, values["ends_on"])
    if values.get("fund") not in {None, *codes.funds}:
        row.reject("fund", Rule.unknown_code, values["fund"])
    if Decimal(values.get("realised", "0")) > Decimal(values.get("granted", "Infinity")):
        row.warn("realised", Rule.realised_exceeds_granted, f"{values['realised']} > {values['granted']}")
    location = values.get("location", "")
    named = _nuts_codes(location)
    if location and _WHOLE_COUNTRY not in location.lower() and not (named and codes.areas.keys() >= set(named)):
        row.warn("location", Rule.unknown_area, location)


async def load_codes(session: AsyncSession) -> Codes:
    """Return the codes that rows may name."""
    known = await code_queries.codes_of(session, ["fund", *_NUTS_LISTS])
    areas: dict[str, str] = {}
    for scheme in _NUTS_LISTS:
        for code in known[scheme]:
            areas.setdefault(code, scheme)
    return Codes(frozenset(known["fund"]), areas)
