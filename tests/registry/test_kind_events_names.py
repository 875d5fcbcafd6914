"""Public names of organisations, as forms offer them to strangers who type."""

import pytest

from tests.factories import ADMIN, an_organisation
from tests.registry.test_imports import importing
from tests.registry.test_imports_organisations import named

__all__ = ["importing"]

NAMES = "/v1/organisations/names"


async def offered(caller, q, **more):
    answer = await caller.get(NAMES, q=q, **more)
    assert answer.status_code == 200, answer.text
    return [item["name"]["fi"] for item in answer.json()["items"]]


@pytest.fixture
async def register(client):
    admin = client("registry", ADMIN)
    keha = {"fi": "Kehittämis- ja hallintokeskus", "sv": "Utvecklings- och förvaltningscentret"}
    return {
        "keha": await an_organisation(admin, name=keha, abbreviations=["KEHA-keskus"]),
        "ttl": await an_organisation(admin, kind="research_institute", name={"fi": "Työterveyslaitos"}),
        "other": await an_organisation(admin, kind="company", name={"fi": "Hyvä keskus & 100 % Oy"}),
    }


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("k", ["Kehittämis- ja hallintokeskus", "Hyvä keskus & 100 % Oy"]),
        ("KEHA", ["Kehittämis- ja hallintokeskus"]),
        ("keha-k", ["Kehittämis- ja hallintokeskus"]),
        ("kesk", ["Hyvä keskus & 100 % Oy", "Kehittämis- ja hallintokeskus"]),
        ("hallintok keh", ["Kehittämis- ja hallintokeskus"]),
        ("förvalt", ["Kehittämis- ja hallintokeskus"]),
        ("tyoter", ["Työterveyslaitos"]),
        ("TYÖ", ["Työterveyslaitos"]),
        ("terveys", []),
        ("keha oy", []),
        ("%", ["Hyvä keskus & 100 % Oy"]),
        ("_", []),
        ("100 % oy", ["Hyvä keskus & 100 % Oy"]),
        ("\\", []),
    ],
)
async def test_a_name_is_offered_by_the_beginnings_of_its_words(client, register, typed, found):
    assert await offered(client("registry"), typed) == found


async def test_a_changed_name_is_offered_by_its_new_words(client, register):
    admin = client("registry", ADMIN)
    address = f"/v1/organisations/{register['keha']}"
    await admin.patch(address, {"abbreviations": ["KEHI"]}, version=1)
    await admin.patch(address, {"name": {"fi": "Uusi virasto"}}, version=2)
    anonymous = client("registry")
    assert await offered(anonymous, "keha") == []
    assert await offered(anonymous, "kehi") == await offered(anonymous, "uusi vir") == ["Uusi virasto"]


async def test_what_begins_with_the_text_comes_first_and_the_names_have_a_limit(client):
    admin = client("registry", ADMIN)
    for name in ("Aalto Turku", "Turku", "Alajärven turkulaiset", "Turun kaupunki"):
        await an_organisation(admin, name={"fi": name})
    assert await offered(client("registry"), "turk") == ["Turku", "Aalto Turku", "Alajärven turkulaiset"]
    assert await offered(client("registry"), "tur", limit=2) == ["Turku", "Turun kaupunki"]
    for wrong in ({"q": ""}, {"q": "x", "limit": 21}, {"q": "x" * 101}, {}):
        assert (await client("registry").get(NAMES, **wrong)).status_code == 422


async def test_strangers_get_public_names_alone_from_a_cache_and_not_without_end(client, register, change_settings):
    change_settings("registry", public_rate="2/minute")
    anonymous = client("registry")
    first = await anonymous.get(NAMES, q="työ")
    assert first.json() == {
        "items": [
            {
                "id": register["ttl"],
                "kind": "research_institute",
                "name": {"fi": "Työterveyslaitos"},
                "abbreviations": [],
            }
        ]
    }
    assert first.headers["cache-control"].startswith("public, max-age=")
    again = await anonymous.get(NAMES, q="työ", headers={"If-None-Match": first.headers["etag"]})
    assert again.status_code == 304
    refused = await anonymous.get(NAMES, q="työ")
    assert (refused.status_code, refused.json()["code"]) == (429, "too-many-requests")
    assert int(refused.headers["retry-after"]) > 0


async def test_an_organisation_of_a_list_is_offered_too_and_one_statement_reads_the_names(
    client, importing, statements
):
    await importing(named(("Etsitty virasto", None)), apply=True)
    with statements() as sent:
        assert await offered(client("registry"), "virasto ets") == ["Etsitty virasto"]
    assert len(sent) == 1
