"""Words: the texts for people, in one JSON tree for each language, with the same keys in each.

A key is the path to a text, e.g. `details.import-file-empty`. A text has placeholders such as `{name}`. A text that
depends on a number has a form for each plural category of its language (CLDR), chosen by its placeholder `{count}`.
"""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from string import Formatter
from typing import Final, Protocol

from babel import Locale
from babel.numbers import format_decimal

# In the order of fallback.
LANGUAGES: Final = ("fi", "sv", "en")
# The plural category that every language has. A branch of the tree with this key is one text in several forms.
OTHER: Final = "other"
COUNT: Final = "count"


class InLanguages(Protocol):
    """A text that has a wording in each language: a phrase, or words that people have entered."""

    def in_language(self, language: str) -> str:
        """Return the text in the language, or in another where it has none."""


Value = str | int | float | InLanguages
Text = str | Mapping[str, str]
Branch = Mapping[str, "str | Branch"]


class UnknownText(KeyError):
    """No language has a text under the key."""


class WrongPlaceholders(ValueError):
    """The values are not those that the text has placeholders for."""


class Phrase:
    """A text with the values of its placeholders, in no language yet."""

    __slots__ = ("key", "values")

    def __init__(self, key: str, /, **values: Value) -> None:
        """Check the key and the values. Raises: UnknownText, WrongPlaceholders."""
        if placeholders_of(key) != values.keys():
            raise WrongPlaceholders(f"{key}: {sorted(values)}")
        self.key, self.values = key, values

    def in_language(self, language: str) -> str:
        """Return the text in the language, or in the first of Finnish, Swedish and English that has it."""
        entry = _find(self.key, language)
        form = entry.text if isinstance(entry.text, str) else entry.form_for(self.values[COUNT])
        return form.format_map({name: _said(value, language) for name, value in self.values.items()})


def _said(value: Value, language: str) -> str | int:
    if isinstance(value, str | int):
        return value
    if isinstance(value, float):
        return format_decimal(value, locale=language_of([language]), decimal_quantization=False)
    return value.in_language(language)


class InvalidValue(ValueError):
    """A value is not valid for its type; `phrase` tells the caller the reason."""

    def __init__(self, key: str, /, **values: Value) -> None:
        self.phrase = Phrase(key, **values)
        super().__init__(self.phrase.in_language("en"))


def say_in(language: str) -> Callable[..., str]:
    """Return a function for templates, which returns a text in the language: `say(key, **values)`."""

    def say(key: str, **values: Value) -> str:
        return Phrase(key, **values).in_language(language)

    return say


def language_of(languages: Sequence[str]) -> str:
    """Return the first of the languages that has texts, or else Finnish."""
    return next((language for language in languages if language in LANGUAGES), LANGUAGES[0])


@cache
def texts(language: str) -> Mapping[str, Text]:
    """Return every text of the language by its key."""
    packaged = files(__name__).joinpath(f"{language}.json").read_text(encoding="utf-8")
    return dict(_flat(json.loads(packaged), ""))


def has_text(key: str) -> bool:
    """Say whether some language has a text under the key."""
    return any(key in texts(language) for language in LANGUAGES)


@cache
def placeholders_of(key: str) -> frozenset[str]:
    """Return the names of the placeholders of the text under the key. Raises UnknownText."""
    return placeholders(_find(key, LANGUAGES[0]).text)


def placeholders(text: Text) -> frozenset[str]:
    """Return the names of the text's placeholders, of all its forms together."""
    forms = [text] if isinstance(text, str) else text.values()
    return frozenset(name for form in forms for _, name, _, _ in Formatter().parse(form) if name is not None)


def _flat(branch: Branch, path: str) -> Iterator[tuple[str, Text]]:
    for name, below in branch.items():
        if isinstance(below, str):
            yield path + name, below
        elif OTHER in below:
            yield path + name, {category: form for category, form in below.items() if isinstance(form, str)}
        else:
            yield from _flat(below, f"{path}{name}.")


@dataclass(frozen=True, slots=True)
class _Entry:
    language: str
    text: Text

    def form_for(self, count: Value) -> str:
        assert isinstance(count, int | float)
        assert not isinstance(self.text, str)
        return self.text[Locale(self.language).plural_form(float(count))]


def _find(key: str, language: str) -> _Entry:
    for candidate in dict.fromkeys((language_of([language]), *LANGUAGES)):
        if (text := texts(candidate).get(key)) is not None:
            return _Entry(candidate, text)
    raise UnknownText(key)
