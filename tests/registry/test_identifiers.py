"""Numbers of registers: one form in hand entry, filters and search, however they are written."""

import pytest

from services.contracts.roles import Grant, Role
from services.contracts.words import InvalidValue
from services.registry.projects.identifiers import normal_forms, normal_identifier
from services.registry.projects.terms import IdentifierScheme

ADMIN = Grant(Role.admin)
PILOT = {"kind": "pilot", "scope": "local", "state": "running", "name": {"fi": "Kokeilu"}}


@pytest.mark.parametrize(
    ("scheme", "written", "normal"),
    [
        ("eura2021", "s90041", "S90041"),
        ("eura2021", "S 90041", "S90041"),
        ("eura2021", " s-90 041 ", "S90041"),
        ("eura2021", "S\u201390041", "S90041"),
        ("eura2014", "a70001", "A70001"),
        ("ryhmahanke", "r 00012", "R00012"),
        ("eura2007", "S10370.1", "S10370.1"),
        ("hankeikkuna", " tem035:00/2017", "TEM035:00/2017"),
        ("asianumero", "vn/1234/2020 -TEM-1", "VN/1234/2020-TEM-1"),
        ("url", " https://example.org/Hanke ", "https://example.org/Hanke"),
    ],
)
def test_a_number_has_one_form(scheme, written, normal):
    assert normal_identifier(IdentifierScheme(scheme), written) == normal
    assert normal_identifier(IdentifierScheme(scheme), normal) == normal
    assert normal in normal_forms(written)


@pytest.mark.parametrize("written", ["S1/2", "S?1", "é1", "", "S" + "1" * 64])
def test_what_is_no_code_of_the_register_is_refused(written):
    with pytest.raises(InvalidValue):
        normal_identifier(IdentifierScheme.eura2014, written)


async def test_a_project_has_its_number_in_the_normal_form_and_is_found_by_any(client):
    admin = client("registry", ADMIN)
    body = {**PILOT, "identifiers": [{"scheme": "eura2021", "value": "s 90041"}]}
    made = await admin.post("/v1/projects", body)
    assert (made.status_code, made.json()["identifiers"][0]["value"]) == (201, "S90041"), made.text
    again = {**PILOT, "identifiers": [{"scheme": "eura2021", "value": "S-90041"}]}
    assert (await admin.post("/v1/projects", again)).json()["code"] == "identifier-taken"
    twice = {**PILOT, "identifiers": [{"scheme": "eura2021", "value": value} for value in ("S1", "s 1")]}
    assert (await admin.post("/v1/projects", twice)).status_code == 422
    for written in ("s90041", "S 90041", "S90041", "s-90041"):
        assert len((await admin.get("/v1/projects", identifier=written)).json()["items"]) == 1
        assert len((await admin.get("/v1/projects", q=written)).json()["items"]) == 1
        assert len((await admin.get("/v1/search", q=written)).json()["items"]) == 1
    refused = await admin.post("/v1/projects", {**PILOT, "identifiers": [{"scheme": "eura2021", "value": "S1/2"}]})
    assert refused.status_code == 422
