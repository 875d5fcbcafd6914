"""Texts for people: clean strings, texts in several languages, language negotiation."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request
from pydantic import AfterValidator, Field, StringConstraints, TypeAdapter, WithJsonSchema
from slugify import slugify

from services.contracts.words import LANGUAGES, InvalidValue
from services.kernel.patches import MergedText

FALLBACK = LANGUAGES
_MOST_CHOICES = 20
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
_LINE_BREAK = re.compile(r"[\r\n\t]")


def clean(text: str) -> str:
    """Normalise the text to NFC. Raises InvalidValue for control characters, NUL and lone surrogates."""
    if _CONTROL.search(text):
        raise InvalidValue("fields.control-characters")
    return unicodedata.normalize("NFC", text)


def clean_line(text: str) -> str:
    """Clean a text of one line. Raises InvalidValue, for line breaks too."""
    if _LINE_BREAK.search(text):
        raise InvalidValue("fields.line-breaks")
    return clean(text)


def as_slug(text: str, *, max_length: int) -> str:
    """Return the text as a part of an address: `Työstä työhön` becomes `tyosta-tyohon`, a text of signs is empty."""
    return slugify(
        text,
        max_length=max_length,
        # The text is no HTML, and a decimal comma becomes a hyphen: `2,5 %` becomes `2-5`.
        entities=False,
        decimal=False,
        hexadecimal=False,
        replacements=((",", "-"),),
        backend="text-unidecode",  # Without a name, the library looks for a backend on the disk at each call.
    )


# One line of text: a name, a title, an address.
Line = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=300), AfterValidator(clean_line)
]
# One or more paragraphs.
Prose = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=20_000), AfterValidator(clean)]
# A human-readable address part.
Slug = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", min_length=2, max_length=80)]
# A language by BCP 47: its code, with a script or a region where it needs one.
LANGUAGE_TAG = r"^[a-z]{2,3}(-[A-Z][a-z]{3})?(-[A-Z]{2})?$"
LanguageTag = Annotated[str, StringConstraints(pattern=LANGUAGE_TAG, max_length=12)]

LocalizedLine = Annotated[
    dict[LanguageTag, Line],
    Field(min_length=1, max_length=20, examples=[{"fi": "Hankekahvit", "sv": "Projektkaffe", "en": "Project coffee"}]),
]
# The same in an answer that passes on what another service has checked.
LocalizedText = Annotated[
    dict[str, str],
    WithJsonSchema(
        {
            "type": "object",
            "minProperties": 1,
            "maxProperties": 20,
            "additionalProperties": {"type": "string"},
            "propertyNames": {"pattern": LANGUAGE_TAG, "maxLength": 12},
            "examples": [{"fi": "Hankekahvit", "sv": "Projektkaffe", "en": "Project coffee"}],
        }
    ),
]
LocalizedProse = Annotated[
    dict[LanguageTag, Prose],
    Field(min_length=1, max_length=20, examples=[{"fi": "Kuukausittainen avoin tapaaminen."}]),
]
# A change of a text in several languages, for patches. Where the field is optional, its type is
# `LocalizedLinePatch | None`: null removes the whole text.
LocalizedLinePatch = Annotated[
    dict[LanguageTag, Line | None],
    MergedText(TypeAdapter(LocalizedLine)),
    Field(
        max_length=20,
        description="Only the languages given are changed; null removes a language",
        examples=[{"sv": "Projektkaffe"}],
    ),
]
LocalizedProsePatch = Annotated[
    dict[LanguageTag, Prose | None],
    MergedText(TypeAdapter(LocalizedProse)),
    Field(
        max_length=20,
        description="Only the languages given are changed; null removes a language",
        examples=[{"sv": "En öppen träff varje månad."}],
    ),
]


def pick(text: Mapping[str, str], languages: Sequence[str] = FALLBACK) -> tuple[str, str]:
    """Return the text in the first of the languages that it has, and that language.

    After `languages` come Finnish, Swedish, English and then any other language: the first in the order in which
    PostgreSQL stores the tags, shorter ones first (`kernel.data.localized.picked` is the same rule in SQL).
    """
    for language in (*languages, *FALLBACK):
        if language in text:
            return text[language], language
    language = min(text, key=lambda tag: (len(tag), tag))
    return text[language], language


@dataclass(frozen=True, slots=True)
class EnteredText:
    """A text that people have entered in some languages, as a value of a phrase."""

    text: Mapping[str, str]

    def in_language(self, language: str) -> str:
        """Return the text in the language, or in the first of those that `pick` falls back to."""
        return pick(self.text, [language])[0]


def accepted(header: str) -> tuple[str, ...]:
    """Return the names in an Accept or Accept-Language header, in lower case, most preferred first.

    Source: RFC 9110, section 12.4.2.
    """
    ranked: list[tuple[float, int, str]] = []
    for place, part in enumerate(header.lower().split(",")[:_MOST_CHOICES]):
        name, *parameters = (piece.strip() for piece in part.split(";"))
        weights = [piece.partition("=")[2] for piece in parameters if piece.startswith("q=")]
        try:
            quality = float(weights[0]) if weights else 1.0
        except ValueError:
            continue
        if name and quality > 0:
            ranked.append((-quality, place, name))
    return tuple(dict.fromkeys(name for _, _, name in sorted(ranked)))


def accepted_languages(header: str) -> tuple[str, ...]:
    """Return the primary language tags of an Accept-Language header, most preferred first (RFC 9110 §12.5.4)."""
    return tuple(dict.fromkeys(tag.split("-")[0] for tag in accepted(header)))


def reader_languages(request: Request) -> tuple[str, ...]:
    """Return the reader's languages, most preferred first, followed by Finnish, Swedish and English."""
    return tuple(dict.fromkeys((*accepted_languages(request.headers.get("accept-language", "")), *FALLBACK)))


Languages = Annotated[tuple[str, ...], Depends(reader_languages)]
