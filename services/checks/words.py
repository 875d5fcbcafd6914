"""The check of the texts: each exists in every language with the same placeholders, and is used by the code."""

import ast
import importlib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from string import Formatter
from typing import Final, get_args

from babel import Locale
from pydantic_core.core_schema import ErrorType

from services.contracts.measures import catalogue
from services.contracts.vocabulary import OrganisationKind
from services.contracts.words import COUNT, LANGUAGES, OTHER, Text, placeholders, texts
from services.events.mails.terms import MailKind
from services.kernel.settings import ROOT
from services.kernel.web.errors import CATALOGUE

_CODE: Final = ROOT / "services"
# The reader of the texts takes any key; this check names keys without using them.
_WITHOUT_USES: Final = (_CODE / "contracts" / "words", _CODE / "checks")
_TAKES_A_KEY: Final = frozenset({"Phrase", "InvalidValue"})
_IN_TEMPLATES: Final = re.compile(r'\bsay\("([^"]*)"((?:,\s*\w+=[^,)]+)*)\)')

Texts = Mapping[str, Text]


@dataclass(frozen=True, slots=True)
class Use:
    """A place in the code that names a key, or only its beginning; `values` is None where they are computed."""

    place: str
    key: str
    is_whole: bool
    values: frozenset[str] | None


@dataclass(frozen=True, slots=True)
class Family:
    """The keys with one beginning whose ends the code computes."""

    needed: frozenset[str]
    allowed: frozenset[str] = frozenset()


def check_words() -> Sequence[str]:
    """Return the faults of the texts of the product, a sentence each."""
    return faults({language: texts(language) for language in LANGUAGES}, list(uses_in(_CODE)), families())


def families() -> Mapping[str, Family]:
    """Return the keys that no code names as a whole, by their beginning."""
    for module in sorted(_CODE.rglob("errors.py")):
        importlib.import_module(".".join(module.relative_to(ROOT).with_suffix("").parts))
    types = {str(name).replace("_", "-") for name in get_args(ErrorType)}
    return {
        "titles.": Family(frozenset(f"titles.{code}" for code in CATALOGUE)),
        "validation.": Family(frozenset({"validation.invalid"}), frozenset(f"validation.{name}" for name in types)),
        "mails.": Family(frozenset(f"mails.{kind.replace('_', '-')}.subject" for kind in MailKind)),
        "measures.": Family(frozenset(f"measures.{measure.key}" for measure in catalogue())),
        "organisation-kinds.kind_": Family(frozenset(f"organisation-kinds.kind_{kind}" for kind in OrganisationKind)),
    }


def faults(trees: Mapping[str, Texts], uses: Sequence[Use], computed: Mapping[str, Family]) -> list[str]:
    """Return the faults of these texts for these uses, a sentence each."""
    keys = frozenset().union(*(tree.keys() for tree in trees.values()))
    missing = [f"{key} is missing in {language}" for language in trees for key in sorted(keys - trees[language].keys())]
    different = [fault for key in sorted(keys) for fault in _differences(key, trees)]
    return [*missing, *different, *_unknown(trees, keys, uses, computed), *_unused(keys, uses, computed)]


def uses_in(folder: Path) -> Iterator[Use]:
    """Yield every use of a key in the Python files and templates of the folder."""
    for file in sorted(folder.rglob("*")):
        if any(file.is_relative_to(part) for part in _WITHOUT_USES):
            continue
        if file.suffix == ".py":
            yield from _uses_in_code(ast.parse(file.read_text(encoding="utf-8")), file.name)
        elif file.parent.name == "templates" and file.is_file():
            for key, values in _IN_TEMPLATES.findall(file.read_text(encoding="utf-8")):
                yield Use(file.name, key, is_whole=True, values=frozenset(re.findall(r"(\w+)=", values)))


def _uses_in_code(module: ast.Module, name: str) -> Iterator[Use]:
    for call in ast.walk(module):
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id in _TAKES_A_KEY:
            place, named = f"{name}:{call.lineno}", {keyword.arg for keyword in call.keywords}
            values = None if None in named else frozenset(value for value in named if value)
            yield _use(place, call.args[0], values)


def _use(place: str, key: ast.expr, values: frozenset[str] | None) -> Use:
    match key:
        case ast.Constant(value=str(whole)):
            return Use(place, whole, is_whole=True, values=values)
        case ast.JoinedStr(values=[ast.Constant(value=str(beginning)), *_]):
            return Use(place, beginning, is_whole=False, values=values)
        case _:
            return Use(place, "", is_whole=False, values=values)


def _differences(key: str, trees: Mapping[str, Texts]) -> Iterator[str]:
    known = {language: tree[key] for language, tree in trees.items() if key in tree}
    if len({placeholders(text) for text in known.values()}) > 1:
        yield f"{key} has other placeholders in one language than in another"
    if len({isinstance(text, str) for text in known.values()}) > 1:
        yield f"{key} depends on a number in one language and not in another"
    for language, text in known.items():
        yield from (f"{key} in {language}: {fault}" for fault in _faults_of(text, language))


def _faults_of(text: Text, language: str) -> Iterator[str]:
    if any(not form.strip() for form in _forms(text)):
        yield "the text is empty"
    if any(name is not None and not name.isidentifier() for name in _fields(text)):
        yield "a placeholder is a name in braces"
    if isinstance(text, str):
        return
    if text.keys() != {*Locale(language).plural_form.tags, OTHER}:
        yield "the forms are not the plural categories of the language"
    if COUNT not in placeholders(text):
        yield f"a text with forms has the placeholder {COUNT}"


def _forms(text: Text) -> list[str]:
    return [text] if isinstance(text, str) else list(text.values())


def _fields(text: Text) -> Iterator[str | None]:
    for form in _forms(text):
        for _, name, layout, conversion in Formatter().parse(form):
            yield name if not layout and not conversion else ""


def _unknown(
    trees: Mapping[str, Texts], keys: frozenset[str], uses: Sequence[Use], computed: Mapping[str, Family]
) -> Iterator[str]:
    for use in uses:
        if not use.is_whole:
            if not any(use.key.startswith(beginning) for beginning in computed):
                yield f"{use.place}: the key is computed, and its beginning is in no family"
        elif use.key not in keys:
            yield f"{use.place}: {use.key} is unknown"
        elif use.values is not None and use.values != _placeholders_of(use.key, trees):
            yield f"{use.place}: {use.key} gets other values than it has placeholders"
    for family in computed.values():
        yield from (f"{key} is needed and missing" for key in sorted(family.needed - keys))


def _placeholders_of(key: str, trees: Mapping[str, Texts]) -> frozenset[str]:
    return placeholders(next(tree[key] for tree in trees.values() if key in tree))


def _unused(keys: frozenset[str], uses: Sequence[Use], computed: Mapping[str, Family]) -> Iterator[str]:
    used = {use.key for use in uses if use.is_whole}
    used.update(*(family.needed | family.allowed for family in computed.values()))
    yield from (f"{key} is unused" for key in sorted(keys - used))
