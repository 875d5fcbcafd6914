"""The code lists as the files in `data/` and in the contracts hold them. No database here."""

import csv
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Final

from services.contracts.codes import OWN_CODES
from services.contracts.rounding import rounded
from services.contracts.vocabulary import AreaScheme
from services.contracts.words import Phrase
from services.kernel import collation

from .errors import CodeListUnusable
from .terms import LinkKind

Row = Mapping[str, str]
_DATA: Final = Path(__file__).parent / "data"
_SPACES = re.compile(r"\s+")
# Column of the municipalities' file → scheme of the area each municipality lies in.
_MUNICIPALITY_AREAS: Final = {
    "maakunta": "maakunta",
    "hyvinvointialue": "hyvinvointialue",
    "elinvoimakeskus_2026": "elinvoimakeskus",
    "ely_2025": "ely",
    "tyollisyysalue": "tyollisyysalue",
    "suuralue": "suuralue",
    "nuts3_2024": "nuts3_2024",
    "nuts3_2021_via_2023_kunta": "nuts3_2021",
}
# Areas that are made of whole areas of another list; checked against the municipalities when loaded.
_NESTED: Final = (
    ("maakunta", "elinvoimakeskus_2026"),
    ("maakunta", "ely_2025"),
    ("maakunta", "suuralue"),
    ("hyvinvointialue", "maakunta"),
)


@dataclass(frozen=True, slots=True)
class CodeLists:
    """All code lists, as rows for the tables."""

    schemes: list[dict[str, object]] = field(default_factory=list)
    codes: list[dict[str, object]] = field(default_factory=list)
    parents: list[dict[str, object]] = field(default_factory=list)
    links: list[dict[str, object]] = field(default_factory=list)


def code_files() -> list[Path]:
    """Return all files that decide the rows of the code lists, in a fixed order: the lists, and the order of names."""
    return [*sorted(_DATA.glob("*.csv")), OWN_CODES, Path(collation.__file__)]


def read_code_lists() -> CodeLists:
    """Read every code list. Raises CodeListUnusable."""
    municipalities = _rows(_DATA / "fi_kunnat_2026.csv")
    lists = CodeLists(
        schemes=[
            {"scheme": row["scheme"], "name": _names(row), "source": row["source"]}
            for row in _rows(_DATA / "code_schemes.csv")
        ]
    )
    _add_areas(lists, _rows(_DATA / "fi_alueet.csv"))
    _add_former_major_regions(lists, _rows(_DATA / "fi_suuralueet_2007.csv"))
    _add_municipalities(lists, municipalities)
    _add_abolished(lists, _rows(_DATA / "fi_kunnat_lakanneet_2013_2026.csv"))
    _add_own(lists, _rows(OWN_CODES))
    _add_nesting(lists, municipalities)
    lists.links.extend(_successors(municipalities, "ely_2025", ("ely", "elinvoimakeskus"), main_line=False))
    lists.links.extend(
        _successors(municipalities, "nuts3_2021_via_2023_kunta", ("nuts3_2021", "nuts3_2024"), main_line=True)
    )
    lists.links.extend(
        _link("maakunta", row["maakunta"], "nuts3_2024", row["nuts3_2024"], LinkKind.same)
        for row in _rows(_DATA / "fi_nuts3_2021_2024.csv")
    )
    lists.links.extend(_unchanged_nuts(lists.codes))
    _check(lists)
    return lists


def _rows(path: Path) -> list[Row]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _names(row: Row, prefix: str = "name") -> dict[str, str]:
    names = {tag: _SPACES.sub(" ", row.get(f"{prefix}_{tag}", "")).strip() for tag in ("fi", "sv", "en")}
    return {tag: name for tag, name in names.items() if name}


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None


def _add_code(
    lists: CodeLists,
    scheme: str,
    code: str,
    name: dict[str, str],
    valid: tuple[date | None, date | None] = (None, None),
) -> None:
    lists.codes.append(
        {
            "scheme": scheme,
            "code": code,
            "name": name,
            "sort_key": collation.sort_key_of(name),
            "place": len(lists.codes),
            "valid_from": valid[0],
            "valid_to": valid[1],
        }
    )


def _add_parent(lists: CodeLists, child: tuple[str, str], parent: tuple[str, str]) -> None:
    lists.parents.append({"scheme": child[0], "code": child[1], "parent_scheme": parent[0], "parent_code": parent[1]})


def _add_areas(lists: CodeLists, rows: Sequence[Row]) -> None:
    for row in rows:
        _add_code(lists, row["level"], row["code"], _names(row), (_day(row["valid_from"]), _day(row["valid_to"])))
        # In NUTS a code begins with the code of the area it lies in: FI19B in FI19 in FI1.
        if edition := re.fullmatch(r"nuts([23])_(\d{4})", row["level"]):
            level = int(edition[1]) - 1
            _add_parent(lists, (row["level"], row["code"]), (f"nuts{level}_{edition[2]}", row["code"][: level + 2]))


def _add_former_major_regions(lists: CodeLists, rows: Sequence[Row]) -> None:
    """Add the major regions of the period 2007-2013, by which its programmes are divided. A split one has two rows."""
    scheme, last_on = AreaScheme.suuralue_2007, date(2013, 12, 31)
    for code, names in {row["code"]: _names(row) for row in rows}.items():
        _add_code(lists, scheme, code, names, (date(2007, 1, 1), last_on))
    lists.links.extend(
        _link(
            scheme,
            row["code"],
            AreaScheme.suuralue,
            row["suuralue"],
            LinkKind(row["kind"]),
            share=Decimal(row["share"]),
        )
        for row in rows
    )


def _add_municipalities(lists: CodeLists, rows: Sequence[Row]) -> None:
    for code, name in sorted({row["tyollisyysalue"]: row["tyollisyysalue_fi"] for row in rows}.items()):
        _add_code(lists, "tyollisyysalue", code, {"fi": name}, (date(2025, 1, 1), None))
    for row in rows:
        _add_code(lists, "kunta", row["kunta"], _names(row, "nimi"))
        for column, scheme in _MUNICIPALITY_AREAS.items():
            _add_parent(lists, ("kunta", row["kunta"]), (scheme, row[column]))


def _add_abolished(lists: CodeLists, rows: Sequence[Row]) -> None:
    for row in rows:
        ended_on = date(int(row["last_year"]), 12, 31)
        _add_code(lists, "kunta", row["kunta"], {"fi": row["nimi_fi"]}, (None, ended_on))
        lists.links.append(_link("kunta", row["kunta"], "kunta", row["successor_kunta"], LinkKind.merged))


def _add_own(lists: CodeLists, rows: Sequence[Row]) -> None:
    for row in rows:
        _add_code(lists, row["scheme"], row["code"], _names(row), (_day(row["valid_from"]), _day(row["valid_to"])))
        if row["parent"]:
            _add_parent(lists, (row["scheme"], row["code"]), (row["scheme"], row["parent"]))


def _add_nesting(lists: CodeLists, municipalities: Sequence[Row]) -> None:
    for child, parent in _NESTED:
        for code, parents in _groups(municipalities, child, parent).items():
            if len(parents) != 1:
                raise CodeListUnusable(Phrase("details.code-in-several-areas", child=child, code=code, parent=parent))
            _add_parent(lists, (_MUNICIPALITY_AREAS[child], code), (_MUNICIPALITY_AREAS[parent], next(iter(parents))))


def _groups(rows: Sequence[Row], old: str, new: str) -> dict[str, Counter[str]]:
    groups: dict[str, Counter[str]] = defaultdict(Counter)
    for row in rows:
        groups[row[old]][row[new]] += 1
    return groups


def _successors(
    municipalities: Sequence[Row], column: str, schemes: tuple[str, str], *, main_line: bool
) -> Iterator[dict[str, object]]:
    """Yield the crosswalk from each old area to the areas that its municipalities belong to now.

    With a main line, an area that lost a few municipalities is still that area under another code.
    """
    new_column = next(name for name, scheme in _MUNICIPALITY_AREAS.items() if scheme == schemes[1])
    groups = _groups(municipalities, column, new_column)
    heirs = Counter(new for news in groups.values() for new in news)
    for old, news in groups.items():
        for new, count in news.items():
            share = Decimal(count) / news.total()
            if main_line and share > Decimal("0.5"):
                kind = LinkKind.same if old == new else LinkKind.renamed
            elif share < 1:
                kind = LinkKind.divided
            else:
                kind = LinkKind.merged if heirs[new] > 1 else LinkKind.renamed
            yield _link(schemes[0], old, schemes[1], new, kind, share=share)


def _unchanged_nuts(codes: Sequence[Mapping[str, object]]) -> Iterator[dict[str, object]]:
    known = {(code["scheme"], code["code"]) for code in codes}
    for scheme, code in sorted((str(scheme), str(code)) for scheme, code in known):
        if scheme in {"nuts1_2021", "nuts2_2021"} and (later := scheme.replace("2021", "2024"), code) in known:
            yield _link(scheme, code, later, code, LinkKind.same)


def _link(
    from_scheme: str, from_code: str, to_scheme: str, to_code: str, kind: LinkKind, *, share: Decimal = Decimal(1)
) -> dict[str, object]:
    return {
        "from_scheme": from_scheme,
        "from_code": from_code,
        "to_scheme": to_scheme,
        "to_code": to_code,
        "kind": kind,
        "share": rounded(share, 6),
    }


def _check(lists: CodeLists) -> None:
    known = {(row["scheme"], row["code"]) for row in lists.codes}
    if len(known) != len(lists.codes):
        raise CodeListUnusable(Phrase("details.code-listed-twice"))
    missing = {row["scheme"] for row in lists.codes} - {row["scheme"] for row in lists.schemes}
    if missing:
        raise CodeListUnusable(Phrase("details.code-lists-without-name", lists=", ".join(sorted(map(str, missing)))))
    ends = [(row["parent_scheme"], row["parent_code"]) for row in lists.parents]
    ends += [(row["to_scheme"], row["to_code"]) for row in lists.links]
    ends += [(row["from_scheme"], row["from_code"]) for row in lists.links]
    if unknown := set(ends) - known:
        raise CodeListUnusable(Phrase("details.codes-in-no-list", codes=_some(unknown)))


def _some(codes: Iterable[tuple[object, object]]) -> str:
    return ", ".join(sorted(f"{scheme}:{code}" for scheme, code in codes)[:5])
