"""Spellings of organisations are compared by one rule."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.contracts.spellings import spelling_key


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("KEHA-keskus", "keha-keskus"),
        ("  Keha \t keskus ", "keha keskus"),
        ("Ty\u00f6terveyslaitos", "työterveyslaitos"),
        ("Tyo\u0308terveyslaitos", "työterveyslaitos"),
        ("\uff34\uff34\uff2c", "ttl"),
        ("Straße", "strasse"),
        ("A\u00a0B", "a b"),
        (" \t ", None),
        ("", None),
        (None, None),
    ],
)
def test_spellings_differ_in_neither_case_nor_space_nor_form(text: str | None, key: str | None) -> None:
    assert spelling_key(text) == key


@given(st.text())
def test_the_key_of_a_key_is_the_same_key(text: str) -> None:
    key = spelling_key(text)

    assert spelling_key(key) == key
