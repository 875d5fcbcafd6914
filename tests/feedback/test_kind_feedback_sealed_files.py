"""The attacker with superuser, all files, mails and logs joins no content to a person better than chance."""

import random
import re
from collections.abc import Mapping
from hashlib import sha256

import pytest
from sqlalchemy import select, text
from structlog.testing import capture_logs

from services.feedback.responses.models import Answer
from services.feedback.results import service as results
from tests.factories import SERVICE
from tests.feedback.attackers import LOG, SURVEYS, Attack, contents_by_path, some_counts
from tests.feedback.former_design import FormerSurvey, former_service
from tests.feedback.heap_files import RelationFile, read_files, sightings, traces
from tests.feedback.joining import DEALS, Evidence, judge

# Others' rows would be in the files.
pytestmark = pytest.mark.own_database

# As good as no dealing of the words by lot.
UNLIKELY = 1 / DEALS
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
    assert verdict.hits > 0.5 * verdict.people and verdict.probability < UNLIKELY


@pytest.mark.slow
async def test_nothing_joins_words_to_a_person_before_or_after_the_release(
    client, applications, superuser, survey_keys_folder, talking_log
):
    service, attack = client("feedback", SERVICE), Attack(superuser, some_counts())
    with capture_logs() as lines:
        await attack.open_surveys(service)
        private_keys = contents_by_path(survey_keys_folder)
        await attack.answer(client("feedback"))
        before = await attack.look("before", lines, keys=None)
        attack.follow_lines(lines)
        sealed = await attack.follow_tickets()
        joined_before = attack.judge()
        await attack.release(service, applications)
    after = await attack.look("after", lines, keys=survey_keys_folder)
    await attack.read_texts()
    for verdict in (joined_before, attack.judge()):
        assert verdict.people == sum(some_counts())
        assert verdict.probability >= UNLIKELY, verdict
    # The words were nowhere until they were released as texts.
    assert (before.where(attack.words()), after.where(attack.words())) == (set(), {"feedback.texts", LOG})
    # Until then the files told who answered, and now the log alone.
    assert before.where(attack.secrets()) == {"feedback.tickets", "feedback.pk_tickets", LOG}
    assert after.where(attack.secrets()) | after.where(sealed) <= {LOG}
    destroyed = [key for path, key in private_keys.items() if not path.exists()]
    assert len(destroyed) == SURVEYS
    assert before.where(destroyed) | after.where(destroyed) == set()
    for survey in attack.surveys:
        released = (await service.get(f"/v1/surveys/{survey.survey_id}/results")).json()
        assert (released["state"], released["n"]) == ("released", survey.count)


@pytest.mark.slow
async def test_negative_control_without_random_order_and_rewriting_everything_is_joined(
    client, applications, superuser, monkeypatch
):
    async def claim_rewritten(*_: object) -> bool:
        return True

    async def in_stored_order(session, survey_id):
        stored = select(Answer.sealed).where(Answer.survey_id == survey_id).order_by(text("ctid"))
        yield (await session.scalars(stored)).all()

    monkeypatch.setattr(results, "rewrite", claim_rewritten)
    monkeypatch.setattr(results.response_queries, "sealed_answers", in_stored_order)
    monkeypatch.setattr(random.SystemRandom, "shuffle", lambda *_: None)
    service, attack = client("feedback", SERVICE), Attack(superuser, [10])
    await attack.open_surveys(service)
    await attack.answer(client("feedback"))
    before = await attack.look("before", [], keys=None)
    assert before.where(attack.words()) == set()
    await attack.release(service, applications)
    after = await attack.look("after", [], keys=None)
    assert {"feedback.tickets", "feedback.pk_tickets"} <= after.where(attack.secrets())
    assert attack.judge().hits == 10
