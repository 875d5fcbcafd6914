"""Finnish alphabetical order, and the text that is sorted by."""

import unicodedata
from itertools import pairwise

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from sqlalchemy import Column, MetaData, Table, insert, select
from sqlalchemy.dialects.postgresql import JSONB

from services.kernel.collation import finnish_sort_key, sort_key_of
from services.kernel.data.localized import picked
from services.kernel.text import pick
from tests.data import TEST_DATA

IN_ORDER = (TEST_DATA / "finnish_order.txt").read_text(encoding="utf-8").splitlines()
# PostgreSQL's B-tree takes no longer entry on a page of 8 kB. Beside the key it holds an id of 16 bytes and a header.
LONGEST_ENTRY = 2704
TEXTS = st.text(st.characters(exclude_categories=("Cs",)), max_size=300)


def as_bytes(text):
    return finnish_sort_key(text).encode()


def test_names_are_in_the_order_of_the_finnish_alphabet():
    assert len(IN_ORDER) >= 60
    assert sorted(set(IN_ORDER), key=as_bytes) == IN_ORDER
    assert all(as_bytes(one) < as_bytes(other) for one, other in pairwise(IN_ORDER))


@pytest.mark.parametrize(
    ("one", "same"),
    [
        ("é", "e"),
        ("Š", "s"),
        ("ž", "Z"),
        ("ñ", "n"),
        ("ő", "o"),
        ("ű", "u"),
        ("Æ", "ä"),
        ("ø", "Ö"),
        ("õ", "ö"),
        ("Ü", "y"),
        ("đ", "d"),
        ("ð", "D"),
        ("ł", "l"),
        ("ħ", "h"),
        ("ŋ", "n"),
        ("ŧ", "t"),
        ("ǯ", "z"),
        ("ǻ", "Å"),
        ("ǟ", "ä"),
    ],
)
def test_a_mark_and_case_decide_only_between_names_with_the_same_letters(one, same):
    assert as_bytes(f"{same}a") < as_bytes(f"{one}b") < as_bytes(f"{same}c")
    assert as_bytes(one) != as_bytes(same)


@pytest.mark.parametrize(
    ("one", "other"), [("v", "w"), ("i", "\u0131"), ("z", "þ"), ("þ", "å"), ("å", "ä"), ("ä", "ö"), ("9", "a")]
)
def test_other_letters_are_letters_of_their_own(one, other):
    assert as_bytes(f"{one}z") < as_bytes(f"{other}a")
    assert as_bytes(f"{one.upper()}z") < as_bytes(f"{other}a")


@given(TEXTS, TEXTS)
def test_the_order_is_total(one, other):
    same = unicodedata.normalize("NFC", one) == unicodedata.normalize("NFC", other)
    assert (finnish_sort_key(one) == finnish_sort_key(other)) == same


@given(TEXTS)
@example("\u0301")
@example("a\u0323\u030a")
def test_composed_and_decomposed_texts_are_one(text):
    forms = {finnish_sort_key(unicodedata.normalize(form, text)) for form in ("NFC", "NFD")}
    assert forms == {finnish_sort_key(text)}


@given(st.text("abcåäöéüõøæžßñvw ÅÄÖÉ-.12", max_size=30), st.text("abcåäöéüõøæžßñvw ÅÄÖÉ-.12", max_size=30))
def test_case_decides_only_between_names_that_differ_in_nothing_else(one, other):
    if one.casefold() != other.casefold():
        small = as_bytes(one.lower()) < as_bytes(other.lower())
        assert (as_bytes(one.upper()) < as_bytes(other.upper())) == small
        assert (as_bytes(one) < as_bytes(other.swapcase())) == small


@given(TEXTS)
@example("\ufdfa" * 300)
@example("🙂" * 300)
@example("ÅÉ" * 150)
@example("\u0344" * 300)
def test_a_key_is_never_too_long_for_an_index(text):
    key = finnish_sort_key(text)
    assert len(key.encode()) <= 2343 < LONGEST_ENTRY - 100
    assert "\0" not in key.removesuffix(unicodedata.normalize("NFC", text))


def test_the_key_of_a_name_ends_with_the_name():
    assert finnish_sort_key("Åke Öhman") == "{ke!}hman  1..1 Åke Öhman"


@pytest.mark.parametrize(
    ("texts", "language"),
    [
        ({"en": "c", "sv": "b", "fi": "a"}, "fi"),
        ({"en": "c", "sv": "b"}, "sv"),
        ({"se": "d", "en": "c"}, "en"),
        ({"zh-Hans": "f", "se": "d", "de": "e"}, "de"),
        ({"smn": "g", "zh-Hans": "f"}, "smn"),
    ],
)
async def test_the_text_that_is_sorted_by_is_the_one_that_is_shown(applications, texts, language):
    assert pick(texts) == (texts[language], language)
    assert sort_key_of(texts) == finnish_sort_key(texts[language])
    table = Table("picked_texts", MetaData(), Column("texts", JSONB), prefixes=["TEMPORARY"])
    async with applications.runtime("registry").database.transaction() as session:
        connection = await session.connection()
        await connection.run_sync(table.create)
        await session.execute(insert(table).values(texts=texts))
        assert (await session.scalars(select(picked(table.c.texts)))).all() == [texts[language]]
        await connection.run_sync(table.drop)
