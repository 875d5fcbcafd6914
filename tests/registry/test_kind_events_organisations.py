"""Organisations as facts: what other services copy of them is what the registry has."""

import pytest

from tests.factories import ADMIN, COORDINATOR, an_organisation
from tests.registry.test_imports import importing
from tests.registry.test_imports_organisations import named
from tests.registry.test_kind_registry_facts import NEW, OLD, undo

__all__ = ["importing"]

COPIED = ("name", "abbreviations", "mail_domains", "areas", "merged_into", "version")
KEHA = {
    "name": {"fi": "Kehittämis- ja hallintokeskus", "en": "Development Centre"},
    "abbreviations": ["KEHA", "KEHA-keskus"],
    "mail_domains": ["keha.example"],
    "areas": [{"scheme": "maakunta", "code": "13"}],
}


@pytest.fixture
def copy(superuser):
    """`await copy()` is what a service has that kept the newest version of each organisation that was announced."""
    return lambda: copied(superuser)


async def copied(superuser):
    rows = await superuser.fetch(
        "SELECT kind, data FROM registry.outbox WHERE kind LIKE 'vipu.organisation.%' ORDER BY position"
    )
    known, created = {}, set()
    for row in rows:
        fact = row["data"]
        assert row["kind"].split(".")[2] != "created" or fact["organisation_id"] not in created, "created once"
        created.add(fact["organisation_id"])
        before = known.get(fact["organisation_id"])
        if before is None or before["version"] < fact["version"]:
            known[fact["organisation_id"]] = fact
    # The message of a removal has no state.
    return {key: fact for key, fact in known.items() if "name" in fact}


async def listed(service):
    """Return the list that a copy is mended by, in the form of the messages."""
    items, cursor = [], {}
    while True:
        page = (await service.get("/v1/organisations", limit=2, **cursor)).json()
        items += page["items"]
        if page["next_cursor"] is None:
            break
        cursor = {"cursor": page["next_cursor"]}
    return {
        item["id"]: {"organisation_id": item["id"], "organisation_kind": item["kind"]}
        | {name: item[name] for name in COPIED}
        for item in items
    }


async def test_the_messages_carry_what_the_list_has(client, copy):
    admin = client("registry", ADMIN)
    organisation_id = await an_organisation(admin, **KEHA)
    await an_organisation(admin, kind="company")
    address = f"/v1/organisations/{organisation_id}"
    for version, change in enumerate(
        (
            {"name": {"sv": "Utvecklingscentralen"}},
            {"abbreviations": ["KEHA", "keha", "Keha-keskus"]},
            {"mail_domains": []},
            {"areas": [], "kind": "other"},
        ),
        start=1,
    ):
        assert (await admin.patch(address, change, version=version)).status_code == 200
        assert await copy() == await listed(client("registry"))
    assert (await admin.get(address)).json()["abbreviations"] == ["KEHA", "Keha-keskus"]


async def test_imports_announce_what_the_list_has(client, importing, copy):
    first = await importing(named(("Yliopisto", None), ("YLIOPISTO", None), ("YLIOPISTO", None)), apply=True)
    assert await copy() == await listed(client("registry"))
    renamed = await importing(
        named(("Yliopisto", None), ("Yliopisto", "2296962-1"), ("Kunta", None)), apply=True, list_on=NEW
    )
    assert await copy() == await listed(client("registry"))
    await undo(client, renamed)
    assert await copy() == await listed(client("registry"))
    await undo(client, first)
    assert await copy() == await listed(client("registry")) == {}


async def test_an_organisation_of_lists_to_which_a_person_gave_a_domain_stays(client, importing, copy):
    import_ = await importing(named(("Yliopisto", None), ("Kunta", None)), apply=True, list_on=OLD)
    admin = client("registry", ADMIN)
    [university] = (await admin.get("/v1/organisations", q="Yliopisto")).json()["items"]
    changed = await admin.patch(
        f"/v1/organisations/{university['id']}", {"mail_domains": ["yo.example"]}, version=university["version"]
    )
    assert changed.status_code == 200, changed.text
    await undo(client, import_)
    assert list(await copy()) == [university["id"]]


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("KEHA-keskus.FI", "keha-keskus.fi"),
        ("työ.example", "xn--ty-gka.example"),
        ("xn--ty-gka.example", "xn--ty-gka.example"),
        ("\uff34\uff34\uff2c.fi", "ttl.fi"),
        ("gov.fi", "gov.fi"),
        ("mygmail.com", "mygmail.com"),
    ],
)
async def test_a_mail_domain_has_one_form(client, written, kept):
    made = await client("registry", ADMIN).post(
        "/v1/organisations", {"kind": "agency", "name": {"fi": "Virasto"}, "mail_domains": [written, kept]}
    )
    assert made.status_code == 201, made.text
    assert made.json()["mail_domains"] == [kept]


NO_DOMAIN = "This is not the domain of an e-mail address."
PUBLIC = "Anybody may have an address of this domain: it is that of a public mail provider."
REFUSED = {
    NO_DOMAIN: (
        "keskus", "@keha.example", "a..example", "-a.example", "a_b.example", "https://keha.example", "10.0.0.1",
        "keha.example.", "keha .example", "a@b.example", "keha.example\n", "localhost.localhost",
    ),
    PUBLIC: (
        "gmail.com", "GMail.com", "mail.gmail.com", "hotmail.fi", "outlook.com", "yahoo.com", "icloud.com",
        "luukku.com", "suomi24.fi", "kolumbus.fi", "elisanet.fi", "welho.com", "netti.fi", "pp.inet.fi",
    ),
}  # fmt: skip


@pytest.mark.parametrize("message", REFUSED)
async def test_what_is_no_domain_of_its_own_is_refused(client, copy, message):
    body = {"kind": "agency", "name": {"fi": "Virasto"}}
    for written in REFUSED[message]:
        refused = await client("registry", ADMIN).post(
            "/v1/organisations",
            {**body, "mail_domains": ["virasto.example", written]},
            headers={"Accept-Language": "en"},
        )
        assert refused.status_code == 422, written
        [problem] = refused.json()["errors"]
        assert (problem["pointer"], problem["message"]) == ("/body/mail_domains/1", message), written
    assert await copy() == {}


async def test_an_area_that_is_in_no_list_is_refused(client):
    admin = client("registry", ADMIN)
    areas = [{"scheme": "maakunta", "code": "13"}, {"scheme": "maakunta", "code": "99"}]
    refused = await admin.post("/v1/organisations", {"kind": "agency", "name": {"fi": "Virasto"}, "areas": areas})
    assert (refused.status_code, refused.json()["code"]) == (422, "unknown-code")
    address = f"/v1/organisations/{await an_organisation(admin)}"
    again = await admin.patch(address, {"areas": areas}, version=1)
    assert [error["pointer"] for error in again.json()["errors"]] == ["/body/areas/1/code"]
    assert (await admin.patch(address, {"areas": areas[:1]}, version=1)).json()["areas"] == areas[:1]


async def test_search_finds_an_organisation_and_its_projects_by_the_abbreviation(client):
    admin = client("registry", ADMIN)
    organisation_id = await an_organisation(admin, **KEHA)
    assert [row["id"] for row in (await admin.get("/v1/organisations", q="keha")).json()["items"]] == [organisation_id]
    await admin.patch(f"/v1/organisations/{organisation_id}", {"abbreviations": ["KEHI"]}, version=1)
    assert (await admin.get("/v1/organisations", q='"keha"')).json()["items"] == []


async def test_two_organisations_may_list_one_domain(client):
    # All ministries of Finland have one domain: then it joins nothing by itself.
    admin = client("registry", COORDINATOR)
    for name in ("Ensimmäinen ministeriö", "Toinen ministeriö"):
        await an_organisation(admin, kind="ministry", name={"fi": name}, mail_domains=["gov.example"])
    rows = (await client("registry").get("/v1/organisations")).json()["items"]
    assert [row["mail_domains"] for row in rows] == [["gov.example"]] * 2
