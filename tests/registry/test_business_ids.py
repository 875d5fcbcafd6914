"""Y-tunnus: the vectors of `tests/data/y_tunnus_vectors.csv`, each as a partner would send it."""

import csv

import pytest

from services.contracts.roles import Grant, Role
from tests.data import TEST_DATA

with (TEST_DATA / "y_tunnus_vectors.csv").open(encoding="utf-8", newline="") as file:
    VECTORS = list(csv.DictReader(file))
# What the notes of the vectors say a written form becomes.
NORMAL = {"22969621": "2296962-1", "FI22969621": "2296962-1", "116480-8": "0116480-8"}


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: f"{vector['input'] or 'none'}-{vector['expected']}")
async def test_a_business_id_is_checked_and_written_in_one_way(client, vector):
    body = {"kind": "company", "name": {"fi": "Yritys"}, "business_id": vector["input"] or None}
    answer = await client("registry", Grant(Role.admin)).post("/v1/organisations", body)
    if vector["expected"] == "invalid":
        assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "/body/business_id")
        return
    assert answer.status_code == 201
    assert answer.json()["business_id"] == (NORMAL.get(vector["input"], vector["input"]) or None)


@pytest.mark.parametrize(
    "odd", ["", "-", "--------", "FIFI22969621", "\uff12296962-1", "22969621\u0000", "1-1", "1" * 20]
)
async def test_no_odd_business_id_is_a_bug(client, odd):
    body = {"kind": "company", "name": {"fi": "Yritys"}, "business_id": odd}
    assert (await client("registry", Grant(Role.admin)).post("/v1/organisations", body)).status_code == 422
