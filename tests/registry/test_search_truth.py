"""Search over the 2 775 real names, against a list that was made by hand."""

import csv
import json

import pytest

from services.contracts.roles import Grant, Role
from services.demo.register import REGISTER_FILE
from tests.data import TEST_DATA

ADMIN = Grant(Role.admin)
TRUTH = TEST_DATA / "search_truth.csv"
FIRST = 25


def truth():
    """Yield the questions, four forms of each word, with the numbers of the projects that are to be found and not."""
    with TRUTH.open(encoding="utf-8") as file:
        for row in csv.DictReader(file, delimiter=";"):
            yield row["question"], set(row["found"].split()), set(row["not_found"].split())


@pytest.fixture
async def register(client, applications):
    """The real list of projects, imported."""
    admin = client("registry", ADMIN)
    headers = {"Content-Type": "text/csv"}
    made = await admin.send("POST", "/v1/imports", content=REGISTER_FILE.read_bytes(), headers=headers)
    await applications.worker("registry").drain()
    await admin.post(f"{made.headers['location'].removeprefix('/api/registry')}/apply")
    await applications.worker("registry").drain()


@pytest.fixture
def codes_found(client):
    """`await codes_found("nuoret")`: the numbers of all projects that the list of projects finds, best first."""

    async def find(q):
        answer = await client("registry").get("/v1/projects", q=q, format="jsonl", sort="-relevance")
        assert answer.status_code == 200, answer.text
        items = [json.loads(line) for line in answer.text.splitlines()]
        return [identifier.partition(":")[2] for item in items for identifier in item["identifiers"]]

    return find


@pytest.mark.slow
async def test_every_question_finds_what_a_reader_of_the_names_finds(register, codes_found):
    answers = {}
    for question, found, not_found in truth():
        answers[question] = codes = await codes_found(question)
        assert len(found & {*codes}) / len(found) >= 0.98, (question, sorted(found - {*codes}))
        first = codes[:FIRST]
        assert len(found & {*first}) / len(first) >= 0.9, (question, [code for code in first if code not in found])
        assert not_found.isdisjoint(codes), (question, sorted(not_found & {*codes}))
    sets = [frozenset(codes) for codes in answers.values()]
    forms = list(answers)
    apart = [forms[at : at + 4] for at in range(0, len(forms), 4) if len({*sets[at : at + 4]}) > 1]
    assert apart == [], "all forms of a word find the same projects"
