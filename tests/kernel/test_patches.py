"""Patches are merged member by member, as RFC 7396 states."""

import copy
from collections.abc import Mapping

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import BaseModel

from services.kernel.patches import UNCHANGED, merge, merged_changes
from services.kernel.text import Line, LocalizedLinePatch, LocalizedProsePatch
from services.kernel.web.errors import Invalid

# RFC 7396, appendix A: the original, the patch, the result.
APPENDIX_A = [
    ({"a": "b"}, {"a": "c"}, {"a": "c"}),
    ({"a": "b"}, {"b": "c"}, {"a": "b", "b": "c"}),
    ({"a": "b"}, {"a": None}, {}),
    ({"a": "b", "b": "c"}, {"a": None}, {"b": "c"}),
    ({"a": ["b"]}, {"a": "c"}, {"a": "c"}),
    ({"a": "c"}, {"a": ["b"]}, {"a": ["b"]}),
    ({"a": {"b": "c"}}, {"a": {"b": "d", "c": None}}, {"a": {"b": "d"}}),
    ({"a": [{"b": "c"}]}, {"a": [1]}, {"a": [1]}),
    (["a", "b"], ["c", "d"], ["c", "d"]),
    ({"a": "b"}, ["c"], ["c"]),
    ({"a": "foo"}, None, None),
    ({"a": "foo"}, "bar", "bar"),
    ({"e": None}, {"a": 1}, {"e": None, "a": 1}),
    ([1, 2], {"a": "b", "c": None}, {"a": "b"}),
    ({}, {"a": {"bb": {"ccc": None}}}, {"a": {"bb": {}}}),
]
NAMES = st.sampled_from(["fi", "sv", "en", "a"])
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-3, 3) | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=4),
    max_leaves=12,
)


@pytest.mark.parametrize(("stored", "patch", "result"), APPENDIX_A)
def test_the_examples_of_the_rfc_hold(stored, patch, result):
    assert merge(stored, patch) == result


@settings(max_examples=100, deadline=None)
@given(JSON, JSON)
def test_a_merge_gives_what_the_rfc_says_and_changes_no_argument(stored, patch):
    before = copy.deepcopy((stored, patch))
    merged = merge(stored, patch)
    assert merged == by_the_rfc(copy.deepcopy(stored), patch)
    assert (stored, patch) == before
    assert merge(merged, patch) == merged


def by_the_rfc(target: object, patch: object) -> object:
    """The pseudo-code of RFC 7396, section 2, line by line."""
    if isinstance(patch, dict):
        if not isinstance(target, dict):
            target = {}
        for name, value in patch.items():
            if value is None:
                if name in target:
                    del target[name]
            else:
                target[name] = by_the_rfc(target.get(name), value)
        return target
    return patch


class Place(BaseModel):
    """A nested object without a text."""

    city: str | None = UNCHANGED
    floor: int | None = UNCHANGED


class NounPatch(BaseModel):
    """A patch of a noun with each kind of field."""

    name: LocalizedLinePatch = UNCHANGED
    summary: LocalizedProsePatch | None = UNCHANGED
    code: Line | None = UNCHANGED
    tags: list[str] = UNCHANGED
    place: Place | None = UNCHANGED
    reason: Line | None = UNCHANGED


STORED: Mapping[str, object] = {
    "name": {"fi": "A", "en": "C"},
    "summary": {"fi": "Yksi"},
    "code": "x",
    "tags": ["a", "b"],
    "place": {"city": "Oulu", "floor": 2},
}


@pytest.mark.parametrize(
    ("patch", "changed"),
    [
        ({}, {}),
        ({"name": {"sv": "B"}}, {"name": {"fi": "A", "en": "C", "sv": "B"}}),
        ({"name": {"fi": None}}, {"name": {"en": "C"}}),
        ({"name": {"fi": None, "en": None, "sv": "B"}}, {"name": {"sv": "B"}}),
        ({"name": {"fi": "A"}}, {}),
        ({"name": {}}, {}),
        ({"name": {"sv": None}}, {}),
        ({"summary": {"sv": "Ett"}}, {"summary": {"fi": "Yksi", "sv": "Ett"}}),
        ({"summary": {"fi": None}}, {"summary": None}),
        ({"summary": None}, {"summary": None}),
        ({"code": None, "tags": ["a", "b"]}, {"code": None}),
        ({"tags": ["b"]}, {"tags": ["b"]}),
        ({"place": {"floor": None}}, {"place": {"city": "Oulu"}}),
        ({"place": {"city": "Oulu"}}, {}),
        ({"reason": "why", "code": "x"}, {"reason": "why"}),
    ],
)
def test_a_patch_gives_the_whole_values_of_the_fields_that_it_changes(patch, changed):
    assert merged_changes(NounPatch.model_validate(patch), STORED) == changed


def test_a_text_that_was_not_there_begins_with_the_languages_given():
    stored = {"summary": None}
    assert merged_changes(NounPatch.model_validate({"summary": {"sv": "Ett", "fi": None}}), stored) == {
        "summary": {"sv": "Ett"}
    }
    assert merged_changes(NounPatch.model_validate({"summary": {"fi": None}}), stored) == {}


def test_the_last_language_of_a_required_text_stays():
    with pytest.raises(Invalid) as refused:
        merged_changes(NounPatch.model_validate({"name": {"fi": None, "en": None}}), STORED)
    assert [(error.pointer, error.code) for error in refused.value.errors] == [("/body/name", "last-language")]


def test_a_merged_text_keeps_the_bound_of_the_whole_text():
    many = {f"{first}{second}": "x" for first in "abcd" for second in "vwxyz"}
    with pytest.raises(Invalid) as refused:
        merged_changes(NounPatch.model_validate({"name": many}), STORED)
    assert [(error.pointer, error.code) for error in refused.value.errors] == [("/body/name", "too-long")]
