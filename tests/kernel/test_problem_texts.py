"""Problem documents: title, detail, messages and Content-Language are in the language of the request."""

from typing import get_args
from uuid import uuid4

import pytest
from pydantic import TypeAdapter, ValidationError
from pydantic_core.core_schema import ErrorType

from services.contracts.roles import Grant, Role
from services.contracts.words import LANGUAGES, has_text
from services.kernel.validation import invalid_fields
from services.registry.projects.schemas import ProjectCreate

ADMIN, COORDINATOR = Grant(Role.admin), Grant(Role.coordinator, coordination_id=uuid4())
COMPANY = {"kind": "company", "name": {"fi": "Yritys Oy"}}
PROJECT = {"kind": "pilot", "scope": "regional", "state": "running", "name": {"fi": "Hanke"}}

# By language: the title, the detail and the messages.
_MISSING = {
    "fi": ("Tiedoissa on virheitä", None, ["Tieto puuttuu."]),
    "sv": ("Uppgifterna är felaktiga", None, ["Uppgiften saknas."]),
    "en": ("The request is not valid", None, ["This value is missing."]),
}
_UNKNOWN_FIELD = {
    "fi": ("Tiedoissa on virheitä", None, ["Kenttää ei tunneta."]),
    "sv": ("Uppgifterna är felaktiga", None, ["Fältet är inte känt."]),
    "en": ("The request is not valid", None, ["This field is not known."]),
}
_BUSINESS_ID = {
    "fi": ("Tiedoissa on virheitä", None, ["Y-tunnus ei kelpaa."]),
    "sv": ("Uppgifterna är felaktiga", None, ["FO-numret är inte giltigt."]),
    "en": ("The request is not valid", None, ["This is not a valid business id (Y-tunnus)."]),
}
_UNKNOWN_PARAMETER = {
    "fi": ("Tiedoissa on virheitä", "Osoitteessa on parametri, jota ei tunneta.", ["Parametria ei tunneta."]),
    "sv": ("Uppgifterna är felaktiga", "Adressen har en parameter som inte är känd.", ["Parametern är inte känd."]),
    "en": ("The request is not valid", "The address has an unknown query parameter.", ["This parameter is not known."]),
}
_KEY = {
    "fi": ("Pyyntö on virheellinen", "Idempotency-Key-otsakkeen arvon on oltava UUID.", []),
    "sv": ("Begäran är felaktig", "Värdet i huvudet Idempotency-Key ska vara ett UUID.", []),
    "en": ("The request is malformed", "The Idempotency-Key header must be a UUID.", []),
}
_COORDINATED_BY = {
    "fi": ("Ei oikeutta toimintoon", "Nimeä koordinaatiohanke kentässä coordinated_by.", []),
    "sv": ("Åtgärden är inte tillåten", "Ange samordningsprojektet i fältet coordinated_by.", []),
    "en": ("You may not do this", "Name the coordination project in coordinated_by.", []),
}
_NOT_FOUND = {"fi": ("Ei löydy", None, []), "sv": ("Hittades inte", None, []), "en": ("Not found", None, [])}
_METHOD = {
    "fi": ("Menetelmä ei ole sallittu", None, []),
    "sv": ("Metoden är inte tillåten", None, []),
    "en": ("Method not allowed", None, []),
}
_IF_MATCH = {
    "fi": ("If-Match-otsake puuttuu", None, []),
    "sv": ("Huvudet If-Match saknas", None, []),
    "en": ("The If-Match header is required", None, []),
}
_NO_JSON = {
    "fi": ("Pyyntö on virheellinen", "Pyynnön sisältö ei ole kelvollista JSONia.", []),
    "sv": ("Begäran är felaktig", "Begärans innehåll är inte giltig JSON.", []),
    "en": ("The request is malformed", "The body is not valid JSON.", []),
}
_CASES = [
    (ADMIN, "POST", "/v1/organisations", {"json": {"kind": "company"}}, _MISSING),
    (ADMIN, "POST", "/v1/organisations", {"json": {**COMPANY, "shoe_size": 43}}, _UNKNOWN_FIELD),
    (ADMIN, "POST", "/v1/organisations", {"json": {**COMPANY, "business_id": "1234567-9"}}, _BUSINESS_ID),
    (ADMIN, "GET", "/v1/organisations", {"params": {"shoe_size": "43"}}, _UNKNOWN_PARAMETER),
    (ADMIN, "POST", "/v1/organisations", {"json": COMPANY, "headers": {"Idempotency-Key": "7"}}, _KEY),
    (ADMIN, "POST", "/v1/organisations", {"content": b"{", "headers": {"Content-Type": "application/json"}}, _NO_JSON),
    (COORDINATOR, "POST", "/v1/projects", {"json": PROJECT}, _COORDINATED_BY),
    (ADMIN, "GET", "/v1/nothing", {}, _NOT_FOUND),
    (ADMIN, "PUT", "/v1/organisations", {}, _METHOD),
    (ADMIN, "PATCH", f"/v1/organisations/{uuid4()}", {"json": {}}, _IF_MATCH),
]


@pytest.mark.parametrize("language", LANGUAGES)
async def test_every_text_of_a_problem_is_in_the_language_of_the_request(client, language):
    for grant, method, path, more, expected in _CASES:
        headers = {"Accept-Language": language, **more.get("headers", {})}
        answer = await client("registry", grant).send(method, path, **{**more, "headers": headers})
        problem = answer.json()
        messages = [field["message"] for field in problem["errors"]]
        assert (problem["title"], problem["detail"], messages) == expected[language], answer.text
        assert answer.headers["content-language"] == language


@pytest.mark.parametrize(
    ("language", "title"),
    [
        ("fi", "Idempotency-Key on jo käytetty toiseen pyyntöön"),
        ("sv", "Idempotency-Key har redan använts för en annan begäran"),
        ("en", "The Idempotency-Key was used for another request"),
    ],
)
async def test_a_reused_key_is_refused_in_the_language_of_the_request(client, language, title):
    headers, admin = {"Idempotency-Key": str(uuid4()), "Accept-Language": language}, client("registry", ADMIN)
    await admin.post("/v1/organisations", COMPANY, headers=headers)
    answer = await admin.post("/v1/organisations", {**COMPANY, "name": {"fi": "Toinen"}}, headers=headers)
    assert (answer.status_code, answer.json()["title"]) == (422, title)
    assert answer.headers["content-language"] == language


async def test_a_language_without_texts_is_answered_in_the_next_language_of_the_request(client):
    headers = {"Accept-Language": "de, sv-FI;q=0.8, en;q=0.5"}
    answer = await client("registry", ADMIN).post("/v1/organisations", {"kind": "company"}, headers=headers)
    assert [field["message"] for field in answer.json()["errors"]] == ["Uppgiften saknas."]
    assert answer.headers["content-language"] == "sv"


# Findings about Python objects, which no request can hold.
_ABOUT_PYTHON = frozenset(
    {
        "no_such_attribute",
        "needs_python_object",
        "frozen_field",
        "frozen_instance",
        "invalid_key",
        "get_attribute_error",
        "dataclass_type",
        "dataclass_exact_type",
        "named_tuple_type",
        "default_factory_not_called",
        "iteration_error",
        "set_item_not_hashable",
        "assertion_error",
        "missing_sentinel_error",
        "ellipsis_error",
        "is_instance_of",
        "is_subclass_of",
        "callable_type",
        "arguments_type",
        "missing_argument",
        "unexpected_keyword_argument",
        "missing_keyword_only_argument",
        "unexpected_positional_argument",
        "missing_positional_only_argument",
        "multiple_argument_values",
        "frozen_dict_type",
        "ordered_dict_type",
        "counter_type",
        "deque_type",
        "fraction_type",
        "fraction_parsing",
        "complex_type",
        "complex_str_parsing",
    }
)
# Those with a text elsewhere: our validators' own, and the unknown field.
_ELSEWHERE = frozenset({"value_error", "extra_forbidden"})


def test_every_finding_of_pydantic_about_a_request_has_a_text():
    types = set(get_args(ErrorType))
    assert types >= _ABOUT_PYTHON | _ELSEWHERE
    lacking = {name for name in types if not has_text(f"validation.{name.replace('_', '-')}")}
    assert lacking == _ABOUT_PYTHON | _ELSEWHERE


_CONTEXT = {
    **dict.fromkeys(("min_length", "max_length", "max_digits", "decimal_places", "whole_digits"), 2),
    **dict.fromkeys(("gt", "ge", "lt", "le", "multiple_of"), 5),
    **dict.fromkeys(("expected", "expected_tags", "expected_schemes"), "'a', 'b' or 'c'"),
    "pattern": "^[a-z]{2,3}$",
    "discriminator": "'type'",
}


@pytest.mark.parametrize("kind", [*get_args(ErrorType), "a_type_of_tomorrow"])
def test_every_finding_is_written_in_three_languages(kind):
    (field,) = invalid_fields([{"type": kind, "loc": ("body", "x"), "msg": "Input should be English", "ctx": _CONTEXT}])
    messages = [field.in_language(language).message for language in LANGUAGES]
    assert len(set(messages)) == 3 and all(messages)
    assert not any("Input" in message or " or 'c'" in message or "None" in message for message in messages)


@pytest.mark.parametrize("kind", ["string_too_short", "greater_than", "enum", "union_tag_invalid"])
def test_a_finding_without_its_limit_gets_the_general_text(kind):
    (field,) = invalid_fields([{"type": kind, "loc": ("query", "x"), "msg": "Input"}])
    assert (field.pointer, field.in_language("fi").message) == ("/query/x", "Arvo ei kelpaa.")


@pytest.mark.parametrize(
    ("facts", "message"),
    [
        ({"slug": "a"}, "Tekstissä on oltava vähintään 2 merkkiä."),
        ({"name": {}}, "Kohtia on oltava vähintään 1."),
        (
            {"kind": "x"},
            "Arvon on oltava jokin näistä: programme, coordination, national, regional, pilot, experiment.",
        ),
        ({"decision_on": "tomorrow"}, "Arvon on oltava päivä muodossa 2026-11-30."),
        ({"decision_on": "1800-01-01"}, "Arvon on oltava vähintään 1900-01-01."),
        ({"programme_period": "ä"}, "Teksti ei ole oikeassa muodossa. Muoto: ^[A-Za-z0-9._:+-]+$"),
        ({"areas": [{"scheme": "maakunta", "code": "01", "share": "1.12345"}]}, "Luvussa saa olla enintään 5 numeroa."),
        ({"parties": [{"organisation_id": "7", "role": "partner"}]}, "Arvon on oltava UUID-tunnus."),
        ({"funding": 7}, "Arvon on oltava luettelo."),
        ({"name": {"fi": "a\nb"}}, "Tekstin on oltava yhdellä rivillä."),
        (7, "Arvon on oltava JSON-objekti."),
    ],
)
def test_the_limit_in_the_finding_of_pydantic_is_in_the_message(facts, message):
    body = {**PROJECT, **facts} if isinstance(facts, dict) else facts
    with pytest.raises(ValidationError) as refused:
        TypeAdapter(ProjectCreate).validate_python(body)
    assert [field.in_language("fi").message for field in invalid_fields(refused.value.errors())] == [message]
