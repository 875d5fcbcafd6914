"""The dictionaries of word forms: for Finnish, Swedish and English, the lemma of each form.

They come with simplemma, compressed. As tries they take a tenth of the memory and are mapped from disk; `making` makes
them once.
"""

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import Final, Literal

import structlog
from marisa_trie import BytesTrie

log = structlog.get_logger()

Language = Literal["fi", "sv", "en"]
# A word is looked up in this order.
LANGUAGES: Final[tuple[Language, ...]] = ("fi", "sv", "en")
# A process that began without the dictionary looks for it again after this time.
_LOOK_AGAIN_SECONDS: Final = 10.0


@dataclass(frozen=True, slots=True, eq=False)
class Dictionary:
    """The tries of all languages."""

    tries: Mapping[Language, BytesTrie]

    def lemma(self, language: Language, form: str) -> str | None:
        """Return the lemma of a form in lower case. Finnish names of people and places are known with a capital."""
        trie = self.tries[language]
        lemmas = trie.get(form) or (trie.get(form.capitalize()) if language == "fi" else None)
        return str(lemmas[0].decode()).lower() if lemmas else None

    def is_common(self, language: Language, form: str) -> bool:
        """Return whether a form in lower case is known without a capital."""
        return form in self.tries[language]

    def beginnings(self, language: Language, text: str) -> list[str]:
        """Return the forms that the text begins with, the shortest first."""
        return [str(form) for form in self.tries[language].prefixes(text)]


@dataclass(slots=True)
class DictionaryFolder:
    """The dictionary that this process reads, from the folder that its settings name."""

    folder: Path | None = None
    _dictionary: Dictionary | None = None
    _looked_at: float = field(default=-_LOOK_AGAIN_SECONDS)

    def use(self, folder: Path) -> None:
        """Read the dictionary of this folder, as soon as it is there. One that was read before stays: all are alike."""
        if folder != self.folder and self._dictionary is None:
            self.folder, self._looked_at = folder, -_LOOK_AGAIN_SECONDS

    def current(self) -> Dictionary | None:
        """Return the dictionary, or None while there is none: then words have stems alone."""
        now = time.monotonic()
        if self._dictionary is None and self.folder and now - self._looked_at >= _LOOK_AGAIN_SECONDS:
            self._looked_at = now
            self._dictionary = _open(self.folder)
        return self._dictionary


# A dictionary is a fact of the process, like its time zones: every word is looked up in the same one.
IN_USE: Final = DictionaryFolder()


def tries_in(folder: Path) -> Path:
    """Return the place of the tries of the installed release of simplemma."""
    return folder / f"simplemma-{version('simplemma')}"


def is_made(folder: Path) -> bool:
    """Return whether the folder has the tries."""
    return tries_in(folder).is_dir()


def _open(folder: Path) -> Dictionary | None:
    place = tries_in(folder)
    try:
        return Dictionary({language: BytesTrie().mmap(str(place / f"{language}.dic")) for language in LANGUAGES})
    except (OSError, RuntimeError) as error:
        log.warning("search.dictionary.missing", folder=str(folder), reason=str(error))
        return None
