"""Plain words: the check of docstrings, OpenAPI texts and documents against the vocabulary of `docs/glossary.md`.

`python -m services.checks.plain_words [paths]` prints the findings, of the whole repository when no path is given.
"""

import ast
import json
import re
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from services.kernel.settings import ROOT

# The key is a word, or a phrase, in any case; `*` at its end stands for any ending. The value is what to write.
WORDS: Final = {
    # Pronouns and participles that leave out the subject or the object.
    "nobody": "no person, no client, or a passive sentence",
    "somebody": "a person, a client, a caller",
    "whoever": "the person who, any caller that",
    "whom": "name the person: 'the person that it is for'",
    "one's": "your, their, the caller's own",
    "oneself": "themselves, itself",
    "nought": "zero",
    "told": "disclosed, shown, sent, answered, notified",
    "untold": "not disclosed",
    "ours": "of Vipu, of this service",
    "owes:": "`Requires:`",
    "wanted": "query, body, or the noun of the value",
    # Figures of speech; the field has a term for each of them.
    "burn": "redeem",
    "burns": "redeems",
    "burnt": "redeemed",
    "burned": "redeemed",
    "burning": "redeeming",
    "crowd": "batch, many callers, burst of requests",
    "crowds": "batches, admission batching",
    "crowded": "busy",
    "door": "dependency, admission, session, route (the role is written `door`, its holders are door staff)",
    "doors": "dependencies, sessions, admissions",
    "furnish*": "set up, provide; of packages: have the same files",
    "furniture": "the files of a package",
    "hall": "seat ledger",
    "halls": "seat ledgers",
    "handover*": "feedback invitation, transfer",
    "hand-over*": "feedback invitation, transfer",
    "house": "Vipu, installation, runner, site",
    "houses": "installations",
    "letter": "mail, mail content",
    "letters": "mails, mail contents",
    "lonely": "unprotected; needs secondary suppression",
    "overtaken": "superseded",
    "ration": "recipient rate limit",
    "rations": "recipient rate limits",
    "rationed": "limited",
    "room": "package",
    "rooms": "packages",
    "sibling": "upstream, another service of Vipu",
    "siblings": "upstreams, the other services of Vipu",
    "sweep": "periodic task",
    "sweeps": "periodic tasks",
    "sweeping": "periodic",
    "swept": "processed by a periodic task",
}

# Where a listed word is used in its own sense.
PROPER_USES: Final = (
    r"door staff",
    r"letters?(?:,| and| or) (?:digits?|numbers?)",
    r"letter (?:for|by) letter",
    r"(?:plain|small|capital|lower-?case|upper-?case|first|accented|Latin|Finnish) letters?",
    r"letters? of (?:an?|the) (?:word|alphabet|name)",
    r"(?:online|meeting|breakout) rooms?",
    r"rooms? online",
)

# First words of a docstring that begin a noun or a clause in place of an effect.
_NOT_VERBS: Final = (
    "a an the this these those that its it his her their your our my one all any both each either every everything "
    "everybody everyone another no none not never nothing anything something some many most few more "
    "who whose whom whoever what whatever which whichever when whenever where wherever whether why how if "
    "as at after before by for from in into of on out over since so then there to under until up upon with without "
    "true false yes default metadata"
)
NOT_VERBS: Final = frozenset(_NOT_VERBS.split())
# Endings that no imperative has, and the imperatives that look as if they had.
_NOT_VERB_ENDING: Final = re.compile(r"[^s]s$|ing$|ed$")
_LIKE_VERBS: Final = "bring embed exceed feed focus heed need ping proceed ring seed shed shred speed string succeed"
_VERBS_LIKE_THAT: Final = frozenset(_LIKE_VERBS.split())
_WORD_START: Final = re.compile(r"[A-Za-z][\w'\u2019-]*")

# A sentence whose subject is a clause: "Who registers twice is refused."
_HEADLESS: Final = re.compile(
    r"(?:^|[.:;!?]\s+|\n\s*\n\s*|\|\s*)(?P<clause>(?:Who|Whose|Whom|What)\b[^.?|]*)(?P<end>[.?|]|$)"
)
_SHORTEST_CLAUSE: Final = 2  # Words.
_SHORTEST_IN_MARKDOWN: Final = 5  # Shorter ones are the headings of a table, such as "What is measured".

_UNCHECKED_DECORATORS: Final = re.compile(
    r"property|setter|getter|deleter|validator|serializer|computed_field|validates|expression|fixture|overload"
)
_CODE: Final = re.compile(r"```.*?```|``.*?``|`[^`]*`", re.DOTALL)
_LINK_TARGET: Final = re.compile(r"(?<=\])\([^)\s]*\)|https?://\S+")
_INDENTED_CODE: Final = re.compile(r"(?<=\n\n)(?: {4}.*\n?)+")
_HEADING: Final = re.compile(r"^#+ .*$", re.MULTILINE)
_OPENAPI_TEXT: Final = re.compile(r'^\s*"(summary|description)": (".*?"),?$')


@dataclass(frozen=True, slots=True, order=True)
class Finding:
    """A place that the check refuses, with the reason or the better word."""

    path: Path
    line: int
    word: str
    advice: str

    def __str__(self) -> str:
        """`file:line: word: advice`, as editors jump to it."""
        path = self.path.relative_to(ROOT) if self.path.is_relative_to(ROOT) else self.path
        return f"{path}:{self.line}: {self.word}: {self.advice}"


def _pattern(words: Iterable[str]) -> re.Pattern[str]:
    """Make the expression that finds any of the words, the longest first."""
    alternatives = [
        re.escape(word).replace(r"\*", r"\w*") + ("" if word.endswith((":", "*")) else r"(?!\w)")
        for word in sorted(words, key=len, reverse=True)
    ]
    return re.compile(rf"(?<![\w-])(?:{'|'.join(alternatives)})", re.IGNORECASE)


_LISTED: Final = _pattern(WORDS)
_PROPER: Final = re.compile("|".join(rf"\b(?:{use})\b" for use in PROPER_USES), re.IGNORECASE)
_PREFIXES: Final = {word.removesuffix("*"): advice for word, advice in WORDS.items() if word.endswith("*")}


def findings_in_text(
    text: str, path: Path, line: int = 1, *, shortest_clause: int = _SHORTEST_CLAUSE
) -> Iterator[Finding]:
    """Find the listed words and the headless sentences of a text that begins at `line`, outside of code."""
    prose = _blanked(_blanked(text, _CODE), _PROPER).replace("\u2019", "'")
    for match in _LISTED.finditer(prose):
        yield Finding(path, line + prose.count("\n", 0, match.start()), match[0], _advice_for(match[0].lower()))
    for match in _HEADLESS.finditer(prose):
        clause = match["clause"]
        if match["end"] != "?" and len(clause.split()) >= shortest_clause:
            at = line + prose.count("\n", 0, match.start("clause"))
            yield Finding(path, at, " ".join(clause.split()[:3]) + " …", "a clause as subject: name who or what it is")


def _advice_for(word: str) -> str:
    exact = WORDS.get(word)
    return exact or next(advice for prefix, advice in _PREFIXES.items() if word.startswith(prefix))


def _blanked(text: str, pattern: re.Pattern[str]) -> str:
    """Replace each match by spaces, so that offsets and line numbers stay."""
    return pattern.sub(lambda match: re.sub(r"[^\n]", " ", match[0]), text)


def findings_in_markdown(path: Path) -> Iterator[Finding]:
    """Find what a document says in other than plain words, outside of code, addresses and, for clauses, headings."""
    text = path.read_text(encoding="utf-8")
    for skipped in (_CODE, _INDENTED_CODE, _LINK_TARGET):
        text = _blanked(text, skipped)
    # A heading may be a clause ("What a coordinator sees"), and its words are still checked.
    text = _HEADING.sub(lambda match: re.sub(r"\b(?:Who|What)\b", lambda word: word[0].lower(), match[0]), text)
    yield from findings_in_text(text, path, shortest_clause=_SHORTEST_IN_MARKDOWN)


def findings_in_openapi(path: Path, seen: set[str] | None = None) -> Iterator[Finding]:
    """Find what the summaries and descriptions of a document say in other than plain words, each text once."""
    seen = set() if seen is None else seen
    for line, source in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        match = _OPENAPI_TEXT.match(source)
        if match is None or match[2] in seen:
            continue
        seen.add(match[2])
        text = str(json.loads(match[2]))
        # The text stands on one line of the file.
        yield from (Finding(path, line, found.word, found.advice) for found in findings_in_text(text, path))
        if match[1] == "summary":
            yield from _mood(text, path, line, of="summary")


def findings_in_python(path: Path) -> Iterator[Finding]:
    """Find what the docstrings of a module say in other than plain words, and functions without an imperative."""
    source = path.read_text(encoding="utf-8")
    lines = source.splitlines(keepends=True)
    for node in ast.walk(ast.parse(source)):
        docstring = _docstring_of(node)
        if docstring is None:
            continue
        raw = "".join(lines[docstring.lineno - 1 : docstring.end_lineno])
        # The quotes stand between a sentence's beginning and the line's.
        yield from findings_in_text(re.sub(r'^\s*[rR]?"""|"""\s*$', "", raw), path, docstring.lineno)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and path.name != "router.py" and _has_effect(node):
            yield from _mood(str(docstring.value), path, docstring.lineno, of=node.name)


def _docstring_of(node: ast.AST) -> ast.Constant | None:
    if not isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef) or not node.body:
        return None
    first = node.body[0]
    if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant) and isinstance(first.value.value, str):
        return first.value
    return None


def _has_effect(node: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    """Say whether a docstring of the function is an order: not of a property, a validator or a special method."""
    special = node.name.startswith("__") and node.name.endswith("__")
    return not special and not any(_UNCHECKED_DECORATORS.search(ast.unparse(one)) for one in node.decorator_list)


def _mood(text: str, path: Path, line: int, *, of: str) -> Iterator[Finding]:
    """Find a first word that is no imperative."""
    first = text.split(maxsplit=1)[0] if text.strip() else ""
    if not is_imperative(first):
        yield Finding(path, line, first, f"`{of}` begins with no imperative verb (Return, Make, Say whether, …)")


def is_imperative(word: str) -> bool:
    """Say whether a word may be an imperative: no article, pronoun, conjunction, plural, participle or name."""
    match = _WORD_START.match(word)
    if match is None or not match[0][0].isupper() or match[0].isupper():
        return False
    verb = match[0].lower()
    return verb in _VERBS_LIKE_THAT or not (verb in NOT_VERBS or "'" in verb or _NOT_VERB_ENDING.search(verb))


def checked_files(paths: Sequence[Path] = ()) -> list[Path]:
    """List the files of these paths that have texts, of the whole repository when none is given."""
    if paths:
        return sorted(found.resolve() for path in paths for found in (_files_in(path) if path.is_dir() else [path]))
    documents = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "benchmarks").glob("*.md")]
    code = [*(ROOT / "services").rglob("*.py"), *(ROOT / "openapi").glob("*.json")]
    return sorted([*documents, *code])


def _files_in(folder: Path) -> Iterator[Path]:
    return (path for path in folder.rglob("*") if path.suffix in {".py", ".json", ".md"} and path.is_file())


def findings(paths: Sequence[Path] = ()) -> list[Finding]:
    """Check the files of these paths, or all. Returns the findings by file and line."""
    seen: set[str] = set()
    found: list[Finding] = []
    for path in checked_files(paths):
        match path.suffix:
            case ".py":
                found += findings_in_python(path)
            case ".json":
                # The document of all services repeats the texts of each.
                found += findings_in_openapi(path, seen)
            case _:
                found += findings_in_markdown(path)
    return sorted(set(found))


def report(paths: Sequence[Path] = ()) -> bool:
    """Print the findings, one a line. Returns whether there are none."""
    found = findings(paths)
    for finding in found:
        sys.stdout.write(f"{finding}\n")
    sys.stdout.write(f"{len(found)} places are not in plain words.\n" if found else "All texts are in plain words.\n")
    return not found


if __name__ == "__main__":
    sys.exit(0 if report([Path(word) for word in sys.argv[1:]]) else 1)
