"""Search: found by any form of a word, within compounds, despite a misspelling."""

import pytest

from services.contracts.roles import Grant, Role

ADMIN = Grant(Role.admin)
NAMES = (
    {"fi": "Valtakunnallinen koordinaatiohanke", "sv": "Nationellt samordningsprojekt"},
    {"fi": "Työelämän kehittämisen säätiö"},
    {"fi": "Hämeen liitto"},
    {"fi": "Åbo Akademi", "sv": "Åbo Akademi"},
    {"fi": "Opetushallitus", "sv": "Utbildningsstyrelsen"},
)


@pytest.fixture
async def known(client):
    for name in NAMES:
        await client("registry", ADMIN).post("/v1/organisations", {"kind": "other", "name": name})


async def names_found(client, q, **more):
    answer = await client("registry").get("/v1/search", q=q, **more)
    assert answer.status_code == 200, answer.text
    return [hit["name"]["fi"] for hit in answer.json()["items"]]


@pytest.mark.parametrize(
    ("q", "first"),
    [
        ("koordinaatiohankkeiden", "Valtakunnallinen koordinaatiohanke"),
        ("hankkeiden", "Valtakunnallinen koordinaatiohanke"),
        ("koordinaatio", "Valtakunnallinen koordinaatiohanke"),
        ("samordningsprojekten", "Valtakunnallinen koordinaatiohanke"),
        ("koordinatiohanke", "Valtakunnallinen koordinaatiohanke"),
        ("TYÖELÄMÄSSÄ säätiön", "Työelämän kehittämisen säätiö"),
        ("kehittäminen", "Työelämän kehittämisen säätiö"),
        ("hame", "Hämeen liitto"),
        ("abo akademi", "Åbo Akademi"),
        ("utbildningsstyrelse", "Opetushallitus"),
        ("opetushalitus", "Opetushallitus"),
    ],
)
async def test_any_form_of_a_word_finds_the_name(client, known, q, first):
    assert (await names_found(client, q))[:1] == [first]


@pytest.mark.parametrize("q", ["xyzzyqwerty", "!!!", "'", "& | !", "q:*z", "\\", "%", "_", "🙂", "ja"])
async def test_nonsense_finds_nothing_and_breaks_nothing(client, known, q):
    answer = await client("registry").get("/v1/search", q=q)
    assert (answer.status_code, answer.json()["items"]) == (200, []), answer.text


@pytest.mark.parametrize("q", ["", "a\x00b", "x" * 201])
async def test_an_invalid_query_is_refused(client, q):
    answer = await client("registry").get("/v1/search", q=q)
    assert (answer.status_code, answer.headers["content-type"]) == (422, "application/problem+json")


async def test_the_hit_is_marked_in_pieces_of_the_name(client, known):
    hit = (await client("registry").get("/v1/search", q="koordinaatiohankkeiden")).json()["items"][0]
    assert hit["highlight"] == [
        {"text": "Valtakunnallinen ", "hit": False},
        {"text": "koordinaatiohanke", "hit": True},
    ]
    assert (hit["match"], hit["noun"], hit["href"]) == (
        "word",
        "organisation",
        f"/api/registry/v1/organisations/{hit['id']}",
    )


async def test_the_reader_chooses_the_language_of_the_marks(client, known):
    headers = {"Accept-Language": "sv"}
    hit = (await client("registry").get("/v1/search", headers=headers, q="samordning")).json()["items"][0]
    assert (hit["language"], hit["highlight"][-1]) == ("sv", {"text": "samordningsprojekt", "hit": True})


async def test_facets_count_all_matches(client, known):
    admin = client("registry", ADMIN)
    await admin.post("/v1/organisations", {"kind": "company", "name": {"fi": "Hanke Oy"}})
    answer = (await admin.get("/v1/search", q="hanke", kind="company")).json()
    assert [hit["name"]["fi"] for hit in answer["items"]] == ["Hanke Oy"]
    assert answer["facets"]["noun"] == [{"code": "organisation", "count": 2}]
    assert answer["facets"]["kind"] == [{"code": "company", "count": 1}, {"code": "other", "count": 1}]


async def test_a_change_is_found_at_once_and_its_old_name_no_more(client, known):
    admin = client("registry", ADMIN)
    made = (await admin.post("/v1/organisations", {"kind": "company", "name": {"fi": "Vanha nimi Oy"}})).json()
    await admin.patch(f"/v1/organisations/{made['id']}", {"name": {"fi": "Uusi kutsu Oy"}}, version=1)
    assert await names_found(client, "vanha nimi") == []
    assert await names_found(client, "uusi kutsu") == ["Uusi kutsu Oy"]


async def test_a_business_id_finds_its_owner(client):
    admin = client("registry", ADMIN)
    await admin.post("/v1/organisations", {"kind": "agency", "name": {"fi": "KEHA-keskus"}, "business_id": "2296962-1"})
    hit = (await admin.get("/v1/search", q="2296962-1")).json()["items"][0]
    assert (hit["name"]["fi"], hit["match"]) == ("KEHA-keskus", "identifier")


async def test_every_hit_is_reached_page_by_page(client):
    admin = client("registry", ADMIN)
    for number in range(5):
        await admin.post("/v1/organisations", {"kind": "company", "name": {"fi": f"Palvelu {number}"}})
    seen, more = [], {}
    while True:
        page = (await admin.get("/v1/search", q="palvelut", limit=2, **more)).json()
        seen += [hit["id"] for hit in page["items"]]
        if page["next_cursor"] is None:
            break
        more = {"cursor": page["next_cursor"]}
    assert len(seen) == len(set(seen)) == 5


@pytest.mark.parametrize("q", ["FI22969621", "22969621", "2296962-1", "fi 22969621"])
async def test_a_business_id_finds_its_owner_however_it_is_written(client, q):
    admin = client("registry", ADMIN)
    await admin.post("/v1/organisations", {"kind": "agency", "name": {"fi": "KEHA-keskus"}, "business_id": "2296962-1"})
    hits = (await admin.get("/v1/search", q=q)).json()["items"]
    assert [(hit["name"]["fi"], hit["match"]) for hit in hits] == [("KEHA-keskus", "identifier")]
