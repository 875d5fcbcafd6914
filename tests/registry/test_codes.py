"""Code lists: loaded from data, valid on days, walked from one list to another."""

import asyncio
from decimal import Decimal

import pytest

from services.contracts.roles import Grant, Role

ADMIN = Grant(Role.admin)


@pytest.fixture
def codes(client):
    return client("registry")


async def test_loading_again_changes_nothing(client, superuser):
    admin = client("registry", ADMIN)
    state = "SELECT md5(string_agg(t::text, ',' ORDER BY t::text)) FROM registry.{} t"
    loaded = []
    for _ in range(2):
        answer = await admin.post("/v1/codes/refresh")
        tables = [await superuser.fetchval(state.format(name)) for name in ("codes", "code_parents", "code_links")]
        loaded.append((answer.status_code, answer.json(), tables))
    assert loaded[0][0] == 200 and loaded[0] == loaded[1]


async def test_only_an_administrator_loads_them(client, superuser):
    loaded_by = "SELECT max(xmin::text::bigint) FROM registry.code_links"
    before = await superuser.fetchval(loaded_by)
    refused = await client("registry", Grant(Role.coordinator)).post("/v1/codes/refresh")
    anonymous = await client("registry").post("/v1/codes/refresh")
    assert (refused.status_code, anonymous.status_code) == (403, 401)
    assert await superuser.fetchval(loaded_by) == before
    assert (await client("registry", ADMIN).post("/v1/codes/refresh")).status_code == 200
    assert await superuser.fetchval(loaded_by) != before


async def test_every_list_is_named_and_counted(codes):
    lists = (await codes.get("/v1/codes", limit=100)).json()["items"]
    counts = {one["scheme"]: one["code_count"] for one in lists}
    assert counts["maakunta"] == 19 and counts["kunta"] == 308 + 12 and counts["target_group"] == 5 + 17
    assert all(one["code_count"] > 0 and {"fi", "sv", "en"} <= set(one["name"]) for one in lists)
    assert (await codes.get("/v1/codes/paikkakunta")).status_code == 404


async def test_a_list_is_read_as_of_a_day(codes):
    async def on(scheme, day):
        return (await codes.get(f"/v1/codes/{scheme}", on=day, limit=100)).json()["items"]

    assert len(await on("ely", "2025-12-31")) == 16 and await on("ely", "2026-01-01") == []
    assert len(await on("elinvoimakeskus", "2026-01-01")) == 10 and await on("elinvoimakeskus", "2025-12-31") == []
    assert [row["code"] for row in await on("maakunta", "2026-01-01")][:3] == ["01", "02", "04"]


async def test_hame_is_the_only_ely_area_that_was_split(codes):
    hame = (await codes.get("/v1/codes/ely/04")).json()
    shares = {link["code"]: (link["kind"], Decimal(link["share"])) for link in hame["successors"]}
    assert shares == {"04": ("split", Decimal("0.523810")), "03": ("split", Decimal("0.476190"))}

    async def members(parent):
        rows = (await codes.get("/v1/codes/kunta", parent=parent, limit=100)).json()["items"]
        return {row["code"] for row in rows}

    municipalities = await members("ely:04")
    inland, southeast = await members("elinvoimakeskus:04"), await members("elinvoimakeskus:03")
    assert (len(municipalities), len(municipalities & inland), len(municipalities & southeast)) == (21, 11, 10)
    others = [(await codes.get(f"/v1/codes/ely/{number:02}")).json()["successors"] for number in range(1, 17)]
    assert [links[0]["code"] for links in others if links[0]["kind"] == "split"] == ["04"]


async def test_central_finland_is_one_region_under_two_nuts_codes(codes):
    old = (await codes.get("/v1/codes/nuts3_2021/FI193")).json()
    assert [(link["code"], link["kind"]) for link in old["successors"]] == [("FI198", "renamed"), ("FI19B", "split")]
    kuhmoinen = (await codes.get("/v1/codes/kunta/291")).json()
    places = {parent["scheme"]: parent["code"] for parent in kuhmoinen["parents"]}
    assert (places["nuts3_2021"], places["nuts3_2024"], places["maakunta"]) == ("FI193", "FI19B", "06")


async def test_five_municipalities_lay_elsewhere_in_nuts_2021(codes, superuser):
    rows = await superuser.fetch(
        """SELECT p.code FROM registry.code_parents p
        JOIN registry.code_parents n ON n.code = p.code AND n.scheme = 'kunta' AND n.parent_scheme = 'nuts3_2024'
        WHERE p.scheme = 'kunta' AND p.parent_scheme = 'nuts3_2021' AND NOT EXISTS (
          SELECT 1 FROM registry.code_links l WHERE l.from_scheme = 'nuts3_2021' AND l.from_code = p.parent_code
          AND l.to_code = n.parent_code AND l.kind IN ('same', 'renamed')) ORDER BY 1"""
    )
    assert [row["code"] for row in rows] == ["090", "142", "152", "171", "291"]


async def test_an_abolished_municipality_names_its_successor(codes):
    pertunmaa = (await codes.get("/v1/codes/kunta/588")).json()
    assert pertunmaa["valid_to"] == "2024-12-31"
    assert [(link["kind"], link["name"]["fi"]) for link in pertunmaa["successors"]] == [("merged", "Mäntyharju")]


async def test_a_code_is_found_by_part_of_its_name_in_any_language(codes):
    items = (await codes.get("/v1/codes/maakunta", q="birka")).json()["items"]
    assert [row["name"]["fi"] for row in items] == ["Pirkanmaa"]
    assert (await codes.get("/v1/codes/maakunta", q="0\u0000")).status_code == 422
    assert (await codes.get("/v1/codes/avi", q='"sv":')).json()["items"] == []


async def test_the_lists_are_loaded_by_two_at_once(client, superuser):
    admin = client("registry", ADMIN)
    answers = await asyncio.gather(*(admin.post("/v1/codes/refresh") for _ in range(3)))
    assert [answer.status_code for answer in answers] == [200] * 3
    assert await superuser.fetchval("SELECT count(*) FROM registry.code_links") == answers[0].json()["links"]
