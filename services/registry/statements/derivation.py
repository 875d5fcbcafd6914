"""The derivation: it makes the shown facts of a project of all statements about it.

The rules are those of decision 15, and they stand here alone. Nothing depends on the order in which statements come.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import groupby
from types import MappingProxyType
from typing import Final

from services.kernel.background.messages import JsonValue

from .facts import Line, group_of, key_of, line_of, members_of, rank_of
from .terms import KEY_MEMBERS, ONLY, SINGLE, STATE, TEXTS, Facts

NATIONAL_PART: Final = "Valtakunnallinen osio"
# The fields of which the lines of all identifiers count, not only those of the first.
_OF_ALL_NUMBERS: Final = frozenset({"funding", "dates"})


@dataclass(frozen=True, slots=True)
class Listed:
    """A statement of one list about one identifier. `place` is the identifier's place among those of its project."""

    scheme: str
    value: str
    place: int
    list_kind: str
    label: str
    list_on: date
    sequence: int
    facts: Facts

    @property
    def age(self) -> tuple[date, int]:
        """Return what orders the lists: their days, on one day the order in which they came."""
        return self.list_on, self.sequence


@dataclass(frozen=True, slots=True)
class Said:
    """A statement of a person about one field or line; null where there is none. `place` orders the lines of a list."""

    field: str
    key: str
    value: JsonValue
    place: int
    known_on: date
    standing: bool = True


@dataclass(frozen=True, slots=True)
class _Stated:
    """One line with its source: a list, or a person where `listed` is None."""

    key: str
    value: JsonValue
    place: int
    listed: Listed | None


@dataclass(frozen=True, slots=True)
class Shown:
    """The shown facts in the form of a project's document, and the days of its newest list and its newest source."""

    document: dict[str, JsonValue]
    last_listed_on: date | None
    known_on: date | None


def derive(
    listed: Sequence[Listed], said: Sequence[Said], *, name: str, merged: Mapping[str, str] = MappingProxyType({})
) -> Shown:
    """Return what is shown of a project. `name` is shown where no source gives a name.

    `merged` are the organisations that were merged, each with the one that is shown in its place.

    The document has the fields of `ProjectFacts` but the id, the slug and the identifiers. Days are ISO texts and
    amounts decimal texts.
    """
    effective = _latest_of_each_key(listed)
    stated = _of_all_identifiers(effective)
    standing = [one for one in said if one.standing]
    for one in standing:
        _overrule(stated, one)
    document: dict[str, JsonValue] = {field: _single(stated, field) for field in SINGLE}
    document |= {field: _text(stated, field) for field in TEXTS}
    document["name"] = document["name"] or {"fi": name}
    document |= {field: _lines(stated, field) for field in KEY_MEMBERS if field != "funding"}
    document["parties"] = _with_answering(document["parties"], merged)
    document["funding"] = [_amount(line) for line in _in_order(stated.get("funding", {}).values())]
    document["starts_on"] = _main_day(stated, "start")
    document["ends_on"] = _main_day(stated, "end")
    states = list(_states(effective, said))
    document["states"] = [*states]
    document[STATE] = states[-1][STATE] if states else "idea"
    _complete(document)
    list_days = [one.list_on for one in effective]
    days = [*list_days, *(one.known_on for one in standing)]
    return Shown(document, max(list_days, default=None), max(days, default=None))


def _complete(document: dict[str, JsonValue]) -> None:
    """Set the kind and the scope that no source names: the national part of a programme has national projects."""
    reach = "national" if document["programme_part"] == NATIONAL_PART else "regional"
    document["kind"] = document["kind"] or reach
    document["scope"] = document["scope"] or reach


def _latest_of_each_key(listed: Iterable[Listed]) -> list[Listed]:
    """Return one statement of each list about each identifier: of several imports of one list the latest."""
    latest: dict[tuple[str, str, str, date], Listed] = {}
    for one in sorted(listed, key=lambda one: one.sequence):
        latest[one.scheme, one.value, one.list_kind, one.list_on] = one
    return list(latest.values())


_Stateds = dict[str, dict[str, list[_Stated]]]


def _of_all_identifiers(effective: Sequence[Listed]) -> _Stateds:
    """Return the newest lines of all identifiers, by field and key. Only amounts have several lines for one key."""
    stated: _Stateds = defaultdict(lambda: defaultdict(list))
    owners: dict[tuple[str, str], int] = {}
    for field, group, line in _newest_lines(effective):
        place = line.listed.place if line.listed else 0
        if field in _OF_ALL_NUMBERS or owners.setdefault((field, group), place) == place:
            stated[field][_shown_key(field, line)].append(line)
    return stated


def _newest_lines(effective: Sequence[Listed]) -> Iterator[tuple[str, str, _Stated]]:
    """Yield field, group and line of what the newest list of each identifier says, in the order of their places."""
    newest_first = sorted(effective, key=lambda one: one.age, reverse=True)
    claimed: dict[tuple[int, str, str], Listed] = {}
    for listed in sorted(newest_first, key=lambda one: one.place):
        for field, said in listed.facts.items():
            for key, value in said.items():
                group = group_of(field, key)
                if claimed.setdefault((listed.place, field, group), listed) is listed:
                    yield field, group, _Stated(key, value, rank_of(key), listed)


def _shown_key(field: str, line: _Stated) -> str:
    """Return the key under which a list's line is shown: a day without a source of its own gets that of its list."""
    if field != "dates" or line.listed is None:
        return line.key
    kind, source = members_of(field, line.key).values()
    return key_of(field, {"kind": kind, "source": source or f"{line.listed.label}, {line.listed.value}"})


def _overrule(stated: _Stateds, one: Said) -> None:
    if one.field == STATE:
        return
    if one.value is None:
        stated.get(one.field, {}).pop(one.key, None)
    else:
        stated[one.field][one.key] = [_Stated(one.key, one.value, one.place, None)]


def _single(stated: _Stateds, field: str) -> JsonValue:
    lines = stated.get(field, {}).get(ONLY)
    return lines[0].value if lines else None


def _text(stated: _Stateds, field: str) -> JsonValue:
    return {language: lines[0].value for language, lines in sorted(stated.get(field, {}).items())} or None


def _lines(stated: _Stateds, field: str) -> list[JsonValue]:
    keyed = ((key, lines[0]) for key, lines in stated.get(field, {}).items())
    return [line_of(field, key, line.value) for key, line in sorted(keyed, key=lambda pair: (pair[1].place, pair[0]))]


def _with_answering(parties: JsonValue, merged: Mapping[str, str]) -> JsonValue:
    """Return the parties with the organisations that answer in the place of merged ones, each once in a role.

    A line of the answering one itself goes before.
    """
    lines: dict[tuple[JsonValue, str], Line] = {}
    for line in parties if isinstance(parties, list) else []:
        if not isinstance(line, dict):
            raise TypeError("parties")
        named = str(line["organisation_id"])
        answering = merged.get(named, named)
        if answering == named or (line["role"], answering) not in lines:
            lines[line["role"], answering] = {**line, "organisation_id": answering}
    return [*lines.values()]


def _in_order(lines: Iterable[list[_Stated]]) -> list[list[_Stated]]:
    return sorted(lines, key=lambda same: (same[0].place, same[0].key))


def _amount(same: Sequence[_Stated]) -> Line:
    """Return an amount: what a person says, or the sum of what the identifiers have, with its parts."""
    first = same[0]
    line = line_of("funding", first.key, first.value)
    if first.listed is None:
        return {**line, "parts": []}
    parts = [_part(one) for one in same]
    total = sum((Decimal(str(part["amount"])) for part in parts), Decimal())
    # A sum has the note that all its parts have.
    note = line.get("note") if all(_said(one).get("note") == line.get("note") for one in same) else None
    days = [str(part["as_of"]) for part in parts]
    return {**line, "amount": str(total), "as_of": min(days), "note": note, "parts": [*parts]}


def _said(one: _Stated) -> Line:
    if not isinstance(one.value, dict):
        raise TypeError(one.key)
    return one.value


def _part(one: _Stated) -> Line:
    line, listed = _said(one), one.listed
    if listed is None:
        raise TypeError(one.key)
    list_on = listed.list_on.isoformat()
    return {
        "identifier": f"{listed.scheme}:{listed.value}",
        "list_kind": listed.list_kind,
        "list_on": list_on,
        "amount": line["amount"],
        "as_of": line.get("as_of") or list_on,
    }


def _main_day(stated: _Stateds, end: str) -> JsonValue:
    """Return the first or last day of the project: actual before planned, a person's before a list's, the newest."""
    for kind in (f"actual_{end}", f"planned_{end}"):
        days = [
            (key, line)
            for key, lines in stated.get("dates", {}).items()
            for line in lines
            if members_of("dates", key)["kind"] == kind
        ]
        if days:
            key, line = min(days, key=_precedence)
            return line_of("dates", key, line.value)["falls_on"]
    return None


def _precedence(day: tuple[str, _Stated]) -> tuple[int, int, int, int, str]:
    key, line = day
    if line.listed is None:
        return 0, 0, 0, line.place, key
    # Between two identifiers on one day the first counts: only within one is the later import the newer one.
    return 1, -line.listed.list_on.toordinal(), line.listed.place, -line.listed.sequence, key


def _states(effective: Sequence[Listed], said: Sequence[Said]) -> Iterator[Line]:
    """Yield the states in the order of their days. Equal neighbours are one: the day and reason of a person stay."""
    of_persons = [one for one in said if one.field == STATE]
    if not any(one.standing for one in of_persons):
        of_persons = []
    first_known_on = min((one.known_on for one in of_persons), default=date.max)
    entries = [_entry(state) for state in _listed_states(effective, before=first_known_on)]
    entries += [_entry(one.value) for one in of_persons]
    for _, equal in groupby(entries, key=lambda entry: entry[STATE]):
        yield _joined(list(equal))


def _joined(equal: Sequence[Line]) -> Line:
    """Return one entry for equal neighbours: the last day and reason that any of them has."""
    days = [entry["since_on"] for entry in equal if entry["since_on"]]
    reasons = [entry["reason"] for entry in equal if entry["reason"]]
    return {**equal[-1], "since_on": days[-1] if days else None, "reason": reasons[-1] if reasons else None}


def _listed_states(effective: Sequence[Listed], *, before: date) -> list[JsonValue]:
    """Return the states that the lists of the identifier that was linked first and has one give, the oldest first."""
    with_state = [one for one in effective if STATE in one.facts]
    first = min((one.place for one in with_state), default=0)
    in_time = [one for one in with_state if one.place == first and one.list_on < before]
    return [one.facts[STATE][ONLY] for one in sorted(in_time, key=lambda one: one.age)]


def _entry(value: JsonValue) -> Line:
    if not isinstance(value, dict):
        raise TypeError(STATE)
    return {"state": value[STATE], "since_on": value.get("since_on"), "reason": value.get("reason")}
