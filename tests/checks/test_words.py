"""The check of the texts: the product passes it, and each fault is found."""

import pytest

from services.checks.words import Family, Use, check_words, faults, uses_in

FI = {"details.a": "Yksi {x}", "fields.b": {"one": "{count} rivi", "other": "{count} riviä"}, "titles.c": "Otsikko"}
EN = {"details.a": "One {x}", "fields.b": {"one": "{count} line", "other": "{count} lines"}, "titles.c": "Title"}
USES = [
    Use("a.py:1", "details.a", is_whole=True, values=frozenset({"x"})),
    Use("b.py:2", "fields.b", is_whole=True, values=frozenset({"count"})),
    Use("c.py:3", "titles.", is_whole=False, values=frozenset()),
]
FAMILIES = {"titles.": Family(frozenset({"titles.c"}))}


def test_the_texts_of_the_product_are_whole():
    assert check_words() == []


def test_whole_texts_have_no_fault():
    assert faults({"fi": FI, "en": EN}, USES, FAMILIES) == []


@pytest.mark.parametrize(
    ("changed", "fault"),
    [
        ({"details.a": None}, "details.a is missing in en"),
        ({"details.a": "One {y}"}, "details.a has other placeholders in one language than in another"),
        ({"details.a": "One {x!r}"}, "details.a in en: a placeholder is a name in braces"),
        ({"details.a": "One {x.y}"}, "details.a in en: a placeholder is a name in braces"),
        ({"titles.c": " "}, "titles.c in en: the text is empty"),
        ({"fields.b": "{count} lines"}, "fields.b depends on a number in one language and not in another"),
        ({"fields.b": {"other": "{count}"}}, "fields.b in en: the forms are not the plural categories of the language"),
        ({"fields.b": {"one": "1", "other": "n"}}, "fields.b in en: a text with forms has the placeholder count"),
        ({"details.d": "More"}, "details.d is missing in fi"),
        ({"details.d": "More"}, "details.d is unused"),
    ],
)
def test_a_fault_of_one_language_is_found(changed, fault):
    tree = {key: text for key, text in {**EN, **changed}.items() if text is not None}
    assert fault in faults({"fi": FI, "en": tree}, USES, FAMILIES)


@pytest.mark.parametrize(
    ("use", "fault"),
    [
        (Use("d.py:4", "details.z", is_whole=True, values=frozenset()), "d.py:4: details.z is unknown"),
        (
            Use("d.py:4", "details.a", is_whole=True, values=frozenset({"y"})),
            "d.py:4: details.a gets other values than it has placeholders",
        ),
        (
            Use("d.py:4", "other.", is_whole=False, values=None),
            "d.py:4: the key is computed, and its beginning is in no family",
        ),
    ],
)
def test_a_fault_of_the_code_is_found(use, fault):
    assert faults({"fi": FI, "en": EN}, [*USES, use], FAMILIES) == [fault]


def test_a_failure_without_a_title_is_found():
    families = {"titles.": Family(frozenset({"titles.c", "titles.new"}))}
    assert faults({"fi": FI, "en": EN}, USES, families) == ["titles.new is needed and missing"]


def test_uses_are_read_from_code_and_templates(tmp_path):
    (tmp_path / "templates").mkdir()
    (tmp_path / "a.py").write_text('Phrase("details.a", x=1)\nPhrase(f"titles.{code}")\nPhrase(key, **more)\n')
    (tmp_path / "templates" / "m.txt").write_text('{{ say("mails.greeting", name=name) }}')
    assert [(use.key, use.is_whole, use.values) for use in uses_in(tmp_path)] == [
        ("details.a", True, {"x"}),
        ("titles.", False, set()),
        ("", False, None),
        ("mails.greeting", True, {"name"}),
    ]
