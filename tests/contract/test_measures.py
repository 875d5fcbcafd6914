"""The 46 measures: exactly one service answers each, for every project and period."""

from collections import Counter

from services.contracts.measures import SERVICE_OF, catalogue, measure_names
from services.contracts.roles import Grant, Role
from services.contracts.services import STORING_SERVICES

ADMIN = Grant(Role.admin)


async def test_each_measure_is_answered_once_by_the_service_it_belongs_to(client):
    facts = {"kind": "coordination", "scope": "national", "state": "running", "name": {"fi": "Parempi työelämä!"}}
    coordination = (await client("registry", ADMIN).post("/v1/projects", facts)).json()["id"]
    answered = {}
    for name in STORING_SERVICES:
        answer = await client(name, ADMIN).get("/v1/measures", coordination=coordination, period="2026S2")
        assert answer.status_code == 200, answer.text
        answered[name] = [item["key"] for item in answer.json()["items"]]
    assert Counter(key for keys in answered.values() for key in keys) == Counter(row.key for row in catalogue())
    assert {key: name for name, keys in answered.items() for key in keys} == SERVICE_OF


def test_the_catalogue_is_divided_without_rest():
    assert len({row.key for row in catalogue()}) == 46
    assert sorted(Counter(SERVICE_OF.values()).items()) == [("events", 13), ("feedback", 7), ("registry", 26)]
    names = measure_names()
    assert all(set(name) == {"fi", "sv", "en"} and all(name.values()) for name in names.values())
    assert {row.key: row.name_fi for row in catalogue()} == {key: name["fi"] for key, name in names.items()}
    assert not [name for in_all in names.values() for name in in_all.values() if "..." in name]
