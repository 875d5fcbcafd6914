"""The texts: they are chosen by language and number, and never lack their values."""

import pytest

from services.contracts.words import (
    LANGUAGES,
    InvalidValue,
    Phrase,
    UnknownText,
    WrongPlaceholders,
    has_text,
    language_of,
    say_in,
    texts,
)


@pytest.mark.parametrize(
    ("language", "count", "text"),
    [
        ("fi", 1, "Tapahtuma voi kestää enintään 1 päivän."),
        ("fi", 2, "Tapahtuma voi kestää enintään 2 päivää."),
        ("sv", 1, "Ett evenemang kan pågå i högst 1 dag."),
        ("sv", 31, "Ett evenemang kan pågå i högst 31 dagar."),
        ("en", 1, "An event can last at most 1 day."),
        ("en", 0, "An event can last at most 0 days."),
        ("en", 1.5, "An event can last at most 1.5 days."),
    ],
)
def test_a_text_with_a_number_has_the_form_of_its_plural_category(language, count, text):
    assert Phrase("fields.event-too-long", count=count).in_language(language) == text


@pytest.mark.parametrize(
    ("languages", "chosen"), [(("de", "sv"), "sv"), (("en", "fi"), "en"), (("de",), "fi"), ((), "fi")]
)
def test_the_first_language_that_has_texts_is_taken_else_finnish(languages, chosen):
    assert language_of(languages) == chosen


def test_a_language_without_texts_falls_back_to_finnish():
    assert Phrase("titles.not-found").in_language("de") == "Ei löydy"


def test_a_text_that_one_language_lacks_falls_back_in_order(monkeypatch):
    trees = {"fi": {}, "sv": {"a": "svenska {x}"}, "en": {"a": "English {x}", "b": "English"}}
    monkeypatch.setattr("services.contracts.words.texts", trees.__getitem__)
    assert Phrase("a", x=1).in_language("fi") == "svenska 1"
    assert Phrase("b").in_language("sv") == "English"
    assert not has_text("c")


@pytest.mark.parametrize("values", [{}, {"code": "1"}, {"code": "1", "scheme": "s", "more": "m"}])
def test_a_phrase_gets_exactly_the_values_that_its_text_has_placeholders_for(values):
    with pytest.raises(WrongPlaceholders):
        Phrase("fields.unknown-code", **values)


def test_an_unknown_key_is_refused_where_it_is_named():
    with pytest.raises(UnknownText):
        Phrase("details.no-such-text")


def test_braces_in_a_value_stay_as_they_are():
    text = Phrase("fields.unknown-code", code="{scheme}", scheme="{0}").in_language("en")
    assert text == "The code list {0} has no code {scheme}."


def test_an_invalid_value_is_a_value_error_in_english_for_the_terminal():
    assert str(InvalidValue("fields.period-out-of-range", first=1990, last=2100)) == (
        "A period must lie between the years 1990 and 2100."
    )


def test_templates_say_texts_in_their_language():
    assert say_in("sv")("mails.greeting", name="Åsa") == "Hej Åsa,"


def test_all_three_languages_have_the_same_texts():
    assert [set(texts(language)) for language in LANGUAGES] == [set(texts("fi"))] * 3
