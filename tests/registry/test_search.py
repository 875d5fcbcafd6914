"""Search: found by any form of a word, within compounds, despite a misspelling."""

import pytest

from services.contracts.roles import Grant, Role
from services.registry.indexing.periodic_tasks import renew_documents, tidy_words
from services.registry.search.dictionary import IN_USE, DictionaryFolder, tries_in
from services.registry.search.terms import INDEX_VERSION
from tests.factories import a_project, an_organisation

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


WORDS = (
    "Nuorten työpaja",
    "Koulutuskokonaisuus Varsinais-Suomessa",
    "Naisyrittäjien verkosto",
    "Maahanmuuttajanaisille töitä",
    "Moninainen nuoriso",
    "Kuntalaisten osaaminen",
    "Osa-aikatyö kunnissa",
    "Opin ja luovien alojen opintopolut",
)


@pytest.fixture
async def named(client):
    for name in WORDS:
        await client("registry", ADMIN).post("/v1/organisations", {"kind": "other", "name": {"fi": name}})


@pytest.mark.parametrize(
    ("forms", "found"),
    [
        ("nainen naiset naisten naisille naisia", {"Naisyrittäjien verkosto", "Maahanmuuttajanaisille töitä"}),
        ("nuori nuoret nuorten nuorta", {"Nuorten työpaja"}),
        ("työ työn työtä töitä töiden", {"Nuorten työpaja", "Maahanmuuttajanaisille töitä", "Osa-aikatyö kunnissa"}),
        ("osa osan osaa osia", {"Osa-aikatyö kunnissa"}),
        ("kunta kunnan kuntien kunnissa", {"Osa-aikatyö kunnissa"}),
        ("aika ajan aikaa aikana", {"Osa-aikatyö kunnissa"}),
        ("oppi opin oppia oppien", {"Opin ja luovien alojen opintopolut"}),
        ("luova luovan luovat luovien luoville", {"Opin ja luovien alojen opintopolut"}),
        ("polku polun polkuja poluilla", {"Opin ja luovien alojen opintopolut"}),
        ("Suomi Suomen Suomessa Suomeen", {"Koulutuskokonaisuus Varsinais-Suomessa"}),
        ("koulutus koulutusta koulutusten", {"Koulutuskokonaisuus Varsinais-Suomessa"}),
        ("paja pajat pajoja", {"Nuorten työpaja"}),
    ],
)
async def test_all_forms_of_a_word_find_it_and_its_compounds_and_no_accident(client, named, forms, found):
    answers = {q: {*(await names_found(client, q))} for q in forms.split()}
    assert answers == dict.fromkeys(forms.split(), found)


@pytest.mark.parametrize(
    ("q", "found"),
    [
        ("nuort", "Nuorten työpaja"),
        ("tyohon nuorten", "Nuorten työpaja"),
        ("verkotso", "Naisyrittäjien verkosto"),
        ("nuor työp", "Nuorten työpaja"),
        ("maahanmuu", "Maahanmuuttajanaisille töitä"),
        ("moninaisen", "Moninainen nuoriso"),
    ],
)
async def test_a_misspelt_or_unfinished_word_stands_for_the_nearest_one(client, named, q, found):
    assert await names_found(client, q) == [found]


@pytest.mark.parametrize(
    ("q", "found"),
    [
        ("nuorten ja työpaja", ["Nuorten työpaja"]),
        ("ja/tai nuorten", ["Nuorten työpaja"]),
        ("the och nuoret", ["Nuorten työpaja"]),
        ('"nuorten työpaja"', ["Nuorten työpaja"]),
        ('"työpaja nuorten"', []),
        ("nuorten osaaminen", []),
        ("kunta -osa", []),
        ("nainen -verkosto", ["Maahanmuuttajanaisille töitä"]),
        ("varsinais-suomi", ["Koulutuskokonaisuus Varsinais-Suomessa"]),
        ("-nainen", []),
        ('"', []),
        ('nainen "', ["Maahanmuuttajanaisille töitä", "Naisyrittäjien verkosto"]),
    ],
)
async def test_words_must_all_be_there_and_phrases_and_exclusions_count(client, named, q, found):
    assert sorted(await names_found(client, q)) == found


async def test_every_form_of_the_word_is_marked(client, named):
    hit = (await client("registry").get("/v1/search", q="nainen töiden")).json()["items"][0]
    assert [part["text"] for part in hit["highlight"] if part["hit"]] == ["Maahanmuuttajanaisille", "töitä"]


SWEDISH = "Utbildning för unga kvinnor i företagen"


@pytest.mark.parametrize("q", ["utbildningens", "kvinnan", "ung kvinna", "företag", "foretag", "ungas utbildning"])
async def test_swedish_words_are_found_in_any_form(client, q):
    await client("registry", ADMIN).post("/v1/organisations", {"kind": "other", "name": {"sv": SWEDISH}})
    items = (await client("registry").get("/v1/search", q=q)).json()["items"]
    assert [hit["name"]["sv"] for hit in items] == [SWEDISH]


@pytest.mark.parametrize("q", ["S1037", "10370", "S 10370", "s10370", "S10370", "1037"])
async def test_a_number_is_found_by_its_first_part(client, q):
    admin = client("registry", ADMIN)
    project = await a_project(admin, identifiers=[{"scheme": "eura2007", "value": "S10370"}])
    await a_project(admin, identifiers=[{"scheme": "eura2007", "value": "S90370"}])
    items = (await admin.get("/v1/search", q=q)).json()["items"]
    assert [(hit["id"], hit["match"]) for hit in items] == [(project["id"], "identifier")]
    listed = (await admin.get("/v1/projects", q=q)).json()["items"]
    assert [item["id"] for item in listed] == [project["id"]]


PERIOD = "Opin ovi 2007\u20132013"


@pytest.mark.parametrize(
    ("q", "found"),
    [
        ("2007-2013", [PERIOD]),
        ("ovi 2007-2013", [PERIOD]),
        ("VN/1234/2024", ["Covid-19 ja työ"]),
        ("vn/1234", ["Covid-19 ja työ"]),
        ("covid-19", ["Covid-19 ja työ"]),
        ("työ ja 2007", []),
        ("VN/1235", []),
        ("S10371", []),
    ],
)
async def test_numbers_in_names_and_with_signs_are_found_and_never_guessed(client, q, found):
    admin = client("registry", ADMIN)
    await a_project(admin, name={"fi": PERIOD}, identifiers=[{"scheme": "eura2007", "value": "S10370"}])
    await a_project(
        admin, name={"fi": "Covid-19 ja työ"}, identifiers=[{"scheme": "asianumero", "value": "VN/1234/2024"}]
    )
    assert await names_found(client, q) == found


@pytest.fixture
async def with_implementer(client):
    """A project about young people that the University of Turku implements, and one that it does not."""
    admin = client("registry", ADMIN)
    university = await an_organisation(admin, name={"fi": "Turun yliopisto"})
    parties = [{"organisation_id": university, "role": "implementer"}]
    project = await a_project(admin, name={"fi": "Nuoret mukaan"}, parties=parties)
    await a_project(admin, name={"fi": "Nuoret töihin"})
    return university, project["id"]


async def ids_found(client, q):
    return [item["id"] for item in (await client("registry").get("/v1/projects", q=q)).json()["items"]]


async def test_implementer_and_topic_together_find_the_project(client, with_implementer):
    _, project_id = with_implementer
    assert await ids_found(client, "Turun yliopisto nuoret") == [project_id]
    assert await ids_found(client, "nuorille yliopisto") == [project_id]


async def test_a_renamed_organisation_finds_its_projects_by_the_new_name_alone(client, with_implementer):
    university, project_id = with_implementer
    await client("registry", ADMIN).patch(f"/v1/organisations/{university}", {"name": {"fi": "Opisto"}}, version=1)
    assert await ids_found(client, "opisto nuoret") == [project_id]
    assert await ids_found(client, "Turun nuoret") == []


async def test_an_area_finds_its_projects_beside_another_word(client):
    admin = client("registry", ADMIN)
    areas = [{"scheme": "maakunta", "code": "19", "meaning": "action"}]
    project = await a_project(admin, name={"fi": "Nuoret mukaan"}, areas=areas)
    await a_project(admin, name={"fi": "Nuoret töihin"})
    assert await ids_found(client, "nuoret Lapissa") == [project["id"]]


async def test_one_word_is_looked_for_in_the_texts_of_a_project_before_the_names_of_its_parties(
    client, with_implementer
):
    _, project_id = with_implementer
    assert await ids_found(client, "yliopisto") == [project_id], "no project has it in its own texts"
    other = await a_project(client("registry", ADMIN), name={"fi": "Yliopistojen yhteistyö"})
    assert await ids_found(client, "yliopisto") == [other["id"]]


async def test_organisations_are_found_by_the_same_search(client, named):
    answer = await client("registry").get("/v1/organisations", q="naisille")
    assert [item["name"]["fi"] for item in answer.json()["items"]] == [
        "Maahanmuuttajanaisille töitä",
        "Naisyrittäjien verkosto",
    ]


async def test_a_text_of_many_words_is_indexed_as_far_as_it_fits(client):
    admin = client("registry", ADMIN)
    # Words of 60 letters, no two alike.
    long = {
        tag: " ".join(f"{'ö' * 55}{tag}{number:03}" for number in range(320)) for tag in map("a{}".format, "abcdef")
    }
    project = await a_project(admin, name={"fi": "Pitkä"}, summary=long, goals=long, background=long)
    assert await ids_found(client, "pitkiä") == [project["id"]]
    assert await ids_found(client, f"{'ö' * 55}aa000") == [project["id"]]


async def test_without_a_dictionary_stems_find_and_the_documents_are_written_anew_later(
    client, applications, superuser, monkeypatch
):
    runtime = applications.runtime("registry")
    with monkeypatch.context() as patched:
        patched.setattr(IN_USE, "_dictionary", None)
        patched.setattr(IN_USE, "folder", None)
        project = await a_project(client("registry", ADMIN), name={"fi": "Yritysten verkostot"})
        assert await ids_found(client, "verkosto") == [project["id"]]
        assert await ids_found(client, "yritysverkosto") == []
    assert await ids_found(client, "verkostoja") == [project["id"]], "a document by stems, a query by lemmas"
    await renew_documents(runtime)
    versions = await superuser.fetch("SELECT index_version FROM registry.search_documents")
    assert [row["index_version"] for row in versions] == [INDEX_VERSION]
    assert await ids_found(client, "yritys") == [project["id"]]


async def test_a_document_that_is_missing_is_written_and_one_that_is_left_over_removed(client, applications, superuser):
    project = await a_project(client("registry", ADMIN), name={"fi": "Nuoret mukaan"})
    await superuser.execute("UPDATE registry.search_documents SET id = gen_random_uuid()")
    assert await ids_found(client, "nuoret") == []
    await renew_documents(applications.runtime("registry"))
    assert await ids_found(client, "nuoret") == [project["id"]]
    assert await superuser.fetchval("SELECT count(*) FROM registry.search_documents") == 1


async def test_words_that_no_document_has_are_removed(client, applications, superuser):
    admin = client("registry", ADMIN)
    made = (await admin.post("/v1/organisations", {"kind": "company", "name": {"fi": "Vanha nimi"}})).json()
    await admin.patch(f"/v1/organisations/{made['id']}", {"name": {"fi": "Uusi nimi"}}, version=1)
    await superuser.execute("INSERT INTO registry.search_words (word, plain) VALUES ('uusi', 'uusi')")
    await tidy_words(applications.runtime("registry"))
    words = await superuser.fetch("SELECT word FROM registry.search_words ORDER BY word")
    assert [row["word"] for row in words] == ["nimi", "uusi"]


def test_a_folder_without_dictionary_gives_none_and_says_so(tmp_path, capsys):
    folder = DictionaryFolder()
    folder.use(tmp_path)
    assert folder.current() is None
    assert "search.dictionary.missing" in capsys.readouterr().err
    tries_in(tmp_path).mkdir(parents=True)
    (tries_in(tmp_path) / "fi.dic").write_bytes(b"damaged")
    assert DictionaryFolder(tmp_path).current() is None
