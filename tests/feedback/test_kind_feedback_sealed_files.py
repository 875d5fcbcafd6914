"""The attacker with superuser, all files, mails and logs joins no content to a person better than chance."""

import random
import re
from collections.abc import Mapping
from hashlib import sha256

import pytest

from tests.feedback.former_design import FormerSurvey, former_service
from tests.feedback.heap_files import RelationFile, read_files, sightings, traces
from tests.feedback.joining import Evidence, judge

# Others' rows would be in the files.
pytestmark = pytest.mark.own_database

SURVEYS, UNLIKELY = 20, 1 / 1000


def some_counts() -> list[int]:
    """Return how many people answer each of the surveys."""
    lots = random.Random(20260915)  # noqa: S311 - The same in every run.
    return [lots.randint(8, 14) for _ in range(SURVEYS)]


# Behind the byte that tells the length of a short value: twice its bytes, this one too, and one.
SECRET = re.compile(rb"\x43([A-Za-z0-9_-]{32})")


def mailed_secrets(mails: RelationFile, addresses: list[str]) -> dict[bytes, int]:
    """Return the tickets that stand behind the addresses in the file of mails, each with the number of its person."""
    found = {}
    for number, address in enumerate(addresses):
        for sighting in sightings(mails, [address.encode()]):
            behind = mails.content[sighting.place + len(address) :][:64]
            if ticket := SECRET.search(behind):
                found[ticket[1]] = number
    return found


def former_evidence(survey: FormerSurvey, files: Mapping[str, RelationFile]) -> Evidence:
    """Return what the files tell of a survey of the former design: mails, their tickets, and answers."""
    tickets = mailed_secrets(files["former.mails"], survey.addresses)
    hashes = {sha256(ticket).digest(): person for ticket, person in tickets.items()}
    answers = {answer_id.bytes: number for number, answer_id in enumerate(survey.answer_ids)}
    own = {name: file for name, file in files.items() if name.startswith("former.")}
    return Evidence(len(answers), people=traces(own, hashes), contents=traces(own, answers))


async def former_surveys(superuser, url: str, counts: list[int]) -> list[Evidence]:
    """Let so many people answer surveys of the former design. Returns what the files told before each closing."""
    evidence = []
    async with former_service(url) as service:
        for number, count in enumerate(counts):
            survey, tickets = await service.invite([f"henkilo{k}-{number}@yritys.example" for k in range(count)])
            for ticket in tickets:
                await service.answer(survey, ticket, overall=4, practice="Kokeilemme.")
            evidence.append(former_evidence(survey, await read_files(superuser)))
    return evidence


async def test_negative_control_each_answer_of_the_former_design_is_joined(superuser, cluster, database_name):
    verdict = judge(await former_surveys(superuser, cluster.url(database_name), [9]))
    assert (verdict.hits, verdict.people) == (9, 9)


@pytest.mark.slow
async def test_negative_control_twenty_surveys_of_the_former_design_are_joined(superuser, cluster, database_name):
    verdict = judge(await former_surveys(superuser, cluster.url(database_name), some_counts()))
    print(verdict)
    assert verdict.hits > 0.5 * verdict.people and verdict.probability < UNLIKELY
