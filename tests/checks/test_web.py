"""The check of the words of the web."""

from services.checks.web import word_faults

WORDS = {
    "fi": {"public.event.when": "Aika", "shared.skip": "Siirry"},
    "sv": {"public.event.when": "Tid", "shared.skip": " "},
    "en": {"public.event.when": "Time"},
}


def test_a_word_that_a_language_lacks_or_leaves_empty_is_named():
    assert list(word_faults(WORDS, "said.when shared.skip")) == ["sv lacks shared.skip.", "en lacks shared.skip."]


def test_a_word_that_no_source_uses_is_named():
    whole = {tag: {"public.event.when": "x", "shared.skip": "x"} for tag in WORDS}
    assert list(word_faults(whole, "words.value.shared.skip")) == ["public.event.when is not used."]
    assert list(word_faults(whole, "said.when; shared.skip")) == []
