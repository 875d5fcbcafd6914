"""What is shown of a project follows from its statements, whatever the order in which they came."""

from datetime import date, timedelta
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from services.registry.statements.derivation import Listed, Said, derive
from services.registry.statements.facts import facts_of, key_of, line_of, lines, value_of

FIRST_DAY = date(2015, 1, 1)


def listed(place=0, day=0, sequence=1, list_kind="register", **facts):
    return Listed(
        "eura2014", f"S{place}", place, list_kind, list_kind, FIRST_DAY + timedelta(days=day), sequence, facts_of(facts)
    )


def money(amount, kind="granted"):
    return {"kind": kind, "source": "eu", "currency": "EUR", "amount": amount}


def party(organisation, role="implementer"):
    return {"role": role, "organisation_id": organisation}


def shown(*statements, said=()):
    return derive(statements, said, name="S0").document


def amounts(document):
    return {line["kind"]: line["amount"] for line in document["funding"]}


def test_amounts_of_two_numbers_are_added_however_often_their_rows_came():
    rows = [listed(0, funding=[money("100.00")]), listed(1, funding=[money("200.00")])]
    for count in (1, 2, 3):
        again = [
            listed(place, sequence=turn, funding=[money(f"{place + 1}00.00")])
            for turn in range(count)
            for place in (0, 1)
        ]
        assert amounts(shown(*again)) == {"granted": "300.00"}
    [line] = shown(*rows)["funding"]
    assert [(part["identifier"], part["amount"]) for part in line["parts"]] == [
        ("eura2014:S0", "100.00"),
        ("eura2014:S1", "200.00"),
    ]


def test_the_day_of_a_sum_is_the_oldest_of_its_parts():
    document = shown(listed(0, day=9, funding=[money("1.00")]), listed(1, day=3, funding=[money("2.00")]))
    assert document["funding"][0]["as_of"] == "2015-01-04"


def test_a_newer_list_replaces_the_implementer_and_leaves_the_funder():
    older = listed(day=1, parties=[party("a"), party("f", "funder")])
    newer = listed(day=2, parties=[party("b")])
    roles = {line["role"]: line["organisation_id"] for line in shown(newer, older)["parties"]}
    assert roles == {"implementer": "b", "funder": "f"}


def test_an_empty_cell_says_nothing_and_an_older_list_fills_what_the_newer_leaves_out():
    document = shown(listed(day=2, fund="ESR"), listed(day=1, fund="EAKR", priority_axis="3"))
    assert (document["fund"], document["priority_axis"]) == ("ESR", "3")


def test_a_field_comes_from_the_number_that_was_linked_first_and_has_it():
    document = shown(listed(1, day=9, fund="B", priority_axis="4"), listed(0, day=1, fund="A"))
    assert (document["fund"], document["priority_axis"]) == ("A", "4")


def test_without_a_source_the_number_is_the_name_and_the_project_is_a_draft():
    document = derive([], [Said("summary", "fi", "Kuvaus", 0, FIRST_DAY)], name="S0").document
    assert (document["name"], document["state"], document["summary"]) == ({"fi": "S0"}, "idea", {"fi": "Kuvaus"})


def test_the_national_part_makes_a_national_project_where_no_source_names_the_kind():
    national = shown(listed(programme_part="Valtakunnallinen osio"))
    regional = shown(listed(programme_part="Itä-Suomen suuralueosio"))
    named = shown(listed(programme_part="Valtakunnallinen osio", kind="programme"))
    assert [(d["kind"], d["scope"]) for d in (national, regional, named)] == [
        ("national", "national"),
        ("regional", "regional"),
        ("programme", "national"),
    ]


def test_a_persons_word_on_one_line_leaves_the_others_to_the_lists():
    rows = listed(funding=[money("1.00"), money("2.00", "realised")])
    key = key_of("funding", money("0"))
    document = shown(rows, said=[Said("funding", key, {"amount": "7.00"}, 0, FIRST_DAY)])
    assert amounts(document) == {"granted": "7.00", "realised": "2.00"}
    assert amounts(shown(rows, said=[Said("funding", key, None, 0, FIRST_DAY)])) == {"realised": "2.00"}


LINES = st.sampled_from(["planned", "granted", "realised"])
FACTS = st.fixed_dictionaries(
    {},
    optional={
        "fund": st.sampled_from(["ESR", "EAKR"]),
        "name": st.dictionaries(st.sampled_from(["fi", "sv"]), st.sampled_from(["A", "B"]), min_size=1),
        "state": st.sampled_from(["approved", "running", "ended"]).map(lambda state: {"state": state}),
        "funding": st.lists(st.builds(money, st.sampled_from(["1.00", "20.50"]), LINES), unique_by=lambda m: m["kind"]),
        "parties": st.lists(
            st.builds(party, st.sampled_from(["a", "b"]), st.sampled_from(["funder", "implementer"])), max_size=2
        ),
        "dates": st.lists(
            st.fixed_dictionaries(
                {
                    "kind": st.sampled_from(["planned_start", "actual_start"]),
                    "falls_on": st.sampled_from(["2015-01-01", "2016-01-01"]),
                }
            ),
            unique_by=lambda day: day["kind"],
        ),
    },
)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 2), st.integers(0, 4), FACTS), max_size=8, unique_by=lambda row: row[:2]),
    st.randoms(use_true_random=False),
    st.lists(st.integers(1, 3), min_size=8, max_size=8),
)
def test_any_order_and_any_repetition_of_the_lists_shows_the_same(rows, order, repeats):
    arrivals = [row for row, count in zip(rows, repeats, strict=False) for _ in range(count)]
    order.shuffle(arrivals)
    once = [listed(place, day, sequence, **facts) for sequence, (place, day, facts) in enumerate(rows)]
    often = [listed(place, day, sequence, **facts) for sequence, (place, day, facts) in enumerate(arrivals)]
    assert derive(often, [], name="S0") == derive(once, [], name="S0")


def test_the_order_of_arrival_decides_only_between_lists_of_one_day():
    first, second = listed(sequence=1, fund="A"), listed(sequence=2, list_kind="other", fund="B")
    assert [shown(*pair)["fund"] for pair in ((first, second), (second, first))] == ["B", "B"]


def test_a_line_is_taken_apart_and_put_together_again():
    line = {**money("620000"), "note": None, "parts": []}
    key = key_of("funding", line)
    assert line_of("funding", key, value_of("funding", line)) == money("620000.00")
    assert lines("areas", [{"meaning": "action", "scheme": "maakunta", "code": "13", "share": "0.5"}]) == {
        key_of("areas", {"meaning": "action", "scheme": "maakunta", "code": "13"}): {"share": str(Decimal("0.5000"))}
    }
