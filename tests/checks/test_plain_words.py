"""The check of words: what it refuses, where it says so, and what it leaves alone."""

from pathlib import Path

import pytest

from services.checks import plain_words


def words_in(text: str) -> list[str]:
    return [finding.word for finding in plain_words.findings_in_text(text, Path("a.md"))]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Nobody is told.", ["Nobody", "told"]),
        ("Cancel one's own registration", ["one's"]),
        ("Cancel one\u2019s own registration", ["one's"]),
        ("The house's address, the crowds' and nobody's.", ["house", "crowds", "nobody"]),
        ("Owes: a message.", ["Owes:"]),
        ("Furnished alike, and furnishing.", ["Furnished", "furnishing"]),
        ("The handovers of the hand-over", ["handovers", "hand-over"]),
        ("Two crowds burn a letter.", ["crowds", "burn", "letter"]),
        ("One for each of us.", []),
        ("A newsletter, a challenge, a burndown, a household and a bedroom.", []),
    ],
)
def test_listed_words_are_found_whole_and_in_any_case(text, words):
    assert words_in(text) == words


@pytest.mark.parametrize(
    "text",
    [
        "Marked by door staff.",
        "Letters, digits and underscores only.",
        "Compare letter for letter.",
        "The link of the online room.",
        "The role `door`, the table ``letters`` and\n```\nnobody\n```",
    ],
)
def test_a_proper_use_and_code_are_left_alone(text):
    assert words_in(text) == []


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Who registers without signing in waits.", ["Who registers without …"]),
        ("All of it. What the caller gave stays as it is.", ["What the caller …"]),
        ("Where may one go? What can a person do about it?", []),
        ("What changes.", ["What changes …"]),
        ("| Who asks again and again sees when | next |", ["Who asks again …"]),
        ("The person who registers without signing in waits.", []),
    ],
)
def test_a_clause_is_no_subject(text, words):
    assert words_in(text) == words


def test_a_finding_names_its_file_line_and_better_word(tmp_path):
    document = tmp_path / "a.md"
    document.write_text(
        "# What a caller sees of it all\n\n| What is measured | Bar |\n\nIt holds\nuntil it is overtaken.\n",
        encoding="utf-8",
    )

    (finding,) = plain_words.findings([document])

    assert str(finding) == f"{document}:6: overtaken: superseded"


def test_a_document_may_show_code_and_address_files(tmp_path):
    document = tmp_path / "a.md"
    document.write_text("Do:\n\n    ./vipu told\n\nSee [it](0009-told.md), https://a.example/told.\n", encoding="utf-8")

    assert plain_words.findings([document]) == []


PYTHON = '''"""Letters of the day.

Nobody reads it.
"""

def _one():
    """The mail."""

class Mail:
    """A mail that somebody sends."""

    @property
    def sent(self):
        """The instant."""

    @field_validator("sent")
    def _check(cls, value):
        """A valid instant."""

    async def send(self):
        """Send the mail to `nobody`."""

    def __str__(self):
        """The subject."""
'''


def test_docstrings_are_read_of_modules_classes_and_functions(tmp_path):
    module = tmp_path / "mails.py"
    module.write_text(PYTHON, encoding="utf-8")

    found = [(finding.line, finding.word) for finding in plain_words.findings([module])]

    assert found == [(1, "Letters"), (3, "Nobody"), (7, "The"), (10, "somebody")]


def test_a_router_describes_what_the_caller_gets(tmp_path):
    router = tmp_path / "router.py"
    router.write_text('def read():\n    """The mail, as nobody knows it."""\n', encoding="utf-8")

    assert [finding.word for finding in plain_words.findings([router])] == ["nobody"]


@pytest.mark.parametrize("word", ["Return", "Say", "Pass", "Embed", "Bring", "Write-through;"])
def test_an_imperative_may_begin_a_docstring(word):
    assert plain_words.is_imperative(word)


@pytest.mark.parametrize(
    "word", ["The", "Whether", "One's", "Rows", "Returns", "Published", "Composing", "`body`", "UTF-8", "send", ""]
)
def test_other_words_may_not(word):
    assert not plain_words.is_imperative(word)


def test_texts_of_an_openapi_document_are_read_once(tmp_path):
    document = tmp_path / "events.json"
    document.write_text(
        '{\n "description": "Told\\nto `nobody`.",\n "summary": "The mails",\n "title": "Nobody"\n}\n', encoding="utf-8"
    )
    (tmp_path / "vipu.json").write_text(document.read_text(encoding="utf-8"), encoding="utf-8")

    found = [(finding.path.name, finding.line, finding.word) for finding in plain_words.findings([tmp_path])]

    assert found == [("events.json", 2, "Told"), ("events.json", 3, "The")]


def test_the_report_prints_each_place_and_their_number(tmp_path, capsys):
    document = tmp_path / "a.md"
    document.write_text("Nobody.\n", encoding="utf-8")

    assert not plain_words.report([document])
    assert capsys.readouterr().out.splitlines()[1] == "1 places are not in plain words."

    document.write_text("No person.\n", encoding="utf-8")
    assert plain_words.report([document])


def test_the_whole_repository_is_read_when_no_path_is_given():
    names = {path.relative_to(plain_words.ROOT).as_posix() for path in plain_words.checked_files()}

    assert names > {"README.md", "docs/operations.md", "benchmarks/README.md", "openapi/vipu.json", "services/cli.py"}
    assert not any(name.startswith((".venv", "tests")) for name in names)
