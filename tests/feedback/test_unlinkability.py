"""Unlinkability: as database superuser, after 200 ticketed answers in known order, nothing discloses which came when.

A column whose content follows the order of answering discloses answers to a person who watches people leave a meeting.
Each answer puts the rows into a new random order, so chance alone may look like an order once; a leak remains.
Therefore the check measures several times, an answer apart, and takes the median.
"""

import random
import re
from collections.abc import Awaitable, Callable, Sequence
from statistics import median
from uuid import UUID

import asyncpg
import pytest
from scipy import stats
from structlog.testing import capture_logs

from services.feedback.responses import terms
from tests.client import ApiClient
from tests.factories import FULL, SERVICE, a_survey, respond, tickets_of

# Old rows and used space would blur what is looked for.
pytestmark = pytest.mark.own_database

ANSWERS, LOOKS, CHANCE = 200, 5, 0.2
Look = Callable[[], Awaitable[dict[str, float]]]


class Answerers:
    """People who answer one after another; each answer says who gave it, so that the test can know."""

    def __init__(self, anonymous: ApiClient, survey_id: str, tickets: list[str], *, words: int = 0) -> None:
        self._nobody, self.survey_id, self._tickets, self._words = anonymous, survey_id, tickets, words
        self._lots = random.Random(20260915)  # noqa: S311 - The same ids in every run.
        self.count = 0

    async def answer(self, times: int = 1) -> None:
        """Send the answers of so many more people."""
        for _ in range(times):
            response_id = UUID(int=self._lots.getrandbits(128), version=4)
            padding = self._lots.randbytes(self._words).hex()
            stored = await respond(
                self._nobody,
                self.survey_id,
                self._tickets[self.count],
                response_id=response_id,
                practice=f"vastaus {self.count} {padding}",
            )
            assert stored.status_code == 201, stored.text
            self.count += 1


def number_of(row: asyncpg.Record) -> int:
    """Return the number of the answerer whose row it is, which the test wrote into the words."""
    found = re.match(r"vastaus (\d+)", row["words"])
    assert found is not None
    return int(found[1])


def correlation(known: Sequence[int], seen: Sequence[object]) -> float:
    """Return Spearman's rho without its sign; zero for a constant column."""
    ranks = {value: rank for rank, value in enumerate(sorted(set(seen)))}
    if len(ranks) < 2:
        return 0.0
    return abs(float(stats.spearmanr(known, [ranks[value] for value in seen]).statistic))


async def traces(superuser: asyncpg.Connection, table: str, words: str) -> dict[str, float]:
    """Return how closely each column of the table, and each of PostgreSQL itself, follows the order of answering."""
    columns = [
        row["attname"]
        for row in await superuser.fetch(
            "SELECT attname FROM pg_attribute WHERE attrelid = $1::regclass AND attnum > 0 AND NOT attisdropped", table
        )
    ]
    rows = await superuser.fetch(
        f"SELECT {words} AS words, age(xmin) AS xmin_age, xmax::text AS xmax, cmin::text AS cmin,"
        f" (ctid::text::point)[0] * 10000 + (ctid::text::point)[1] AS ctid,"
        f" {', '.join(f'{name}::text AS c_{name}' for name in columns)} FROM {table}"
    )
    known = [number_of(row) for row in rows]
    seen = [name for name in rows[0].keys() if name != "words"]  # noqa: SIM118 - A record is no mapping.
    correlations = {name: correlation(known, [row[name] for row in rows]) for name in seen}
    del correlations[f"c_{words.partition('-')[0].strip()}"]  # The answer itself holds the test's mark.
    return correlations


async def look_often(answerers: Answerers, look: Look) -> dict[str, float]:
    """Return the medians of several measurements, an answer apart."""
    looks = []
    for _ in range(LOOKS):
        looks.append(await look())
        await answerers.answer()
    return {name: median(found[name] for found in looks) for name in looks[0]}


async def answerers_of(client, *, words: int = 0) -> Answerers:
    service = client("feedback", SERVICE)
    survey_id = await a_survey(service)
    return Answerers(
        client("feedback"), survey_id, await tickets_of(service, survey_id, ANSWERS + LOOKS + 1), words=words
    )


async def other_rows(superuser: asyncpg.Connection) -> dict[str, int]:
    """Return the number of rows of each table of the schema, except answers and tickets."""
    tables = await superuser.fetch("SELECT tablename FROM pg_tables WHERE schemaname = 'feedback'")
    names = {row["tablename"] for row in tables} - {"answers", "tickets"}
    return {name: await superuser.fetchval(f"SELECT count(*) FROM feedback.{name}") for name in sorted(names)}


@pytest.mark.slow
@pytest.mark.parametrize("shard_rows", [512, 32])
async def test_nothing_in_the_database_follows_the_order_of_answering(client, superuser, monkeypatch, shard_rows):
    monkeypatch.setattr(terms, "SHARD_ROWS", shard_rows)
    answerers = await answerers_of(client)
    rows_before = await other_rows(superuser)
    await answerers.answer(ANSWERS)

    correlations = await look_often(answerers, lambda: traces(superuser, "feedback.answers", "given->>'practice'"))
    assert correlations.keys() == {"xmin_age", "xmax", "cmin", "ctid", "c_id", "c_survey_id", "c_shard"}
    assert {name: rho for name, rho in correlations.items() if rho >= CHANCE} == {}
    # No answer left a row anywhere else; a spent ticket left none at all.
    assert await other_rows(superuser) == rows_before
    assert await superuser.fetchval("SELECT count(*) FROM feedback.tickets") == 1
    assert len(await superuser.fetch("SELECT DISTINCT shard FROM feedback.answers")) == terms.shard_count(
        ANSWERS + LOOKS
    )


async def test_no_value_of_an_answer_or_of_its_ticket_stands_elsewhere(client, superuser, talking_log):
    answerers = await answerers_of(client)
    with capture_logs() as lines:
        await answerers.answer(20)
    ids = {str(row["id"]) for row in await superuser.fetch("SELECT id FROM feedback.answers")}
    assert len(ids) == 20
    tables = await superuser.fetch("SELECT tablename FROM pg_tables WHERE schemaname = 'feedback'")
    for table in {row["tablename"] for row in tables} - {"answers"}:
        rows = "\n".join(row[0] for row in await superuser.fetch(f"SELECT t::text FROM feedback.{table} t"))
        assert not [response_id for response_id in ids if response_id in rows], table
        assert "vastaus" not in rows, table
    logged = "\n".join(map(str, lines))
    assert "/v1/surveys/{survey_id}/responses/{response_id}" in logged
    spent = answerers._tickets[:20]  # noqa: SLF001 - What must not be found.
    assert not [secret for secret in (*ids, *spent, "vastaus") if secret in logged]


@pytest.mark.slow
async def test_long_words_follow_no_order_either(client, superuser):
    answerers = await answerers_of(client, words=1500)
    await answerers.answer(60)

    async def chunks() -> dict[str, float]:
        rows = await superuser.fetch(
            "SELECT given->>'practice' AS words, pg_column_toast_chunk_id(given)::bigint AS chunk FROM feedback.answers"
        )
        assert all(row["chunk"] for row in rows)
        return {"toast": correlation([number_of(row) for row in rows], [row["chunk"] for row in rows])}

    assert (await look_often(answerers, chunks))["toast"] < 2 * CHANCE  # 60 rows: chance reaches further.


async def test_negative_control_rows_stored_one_by_one_are_found_out(superuser):
    await superuser.execute("CREATE TABLE feedback.naive (id uuid PRIMARY KEY, shard int, words text)")
    for number in range(ANSWERS):
        await superuser.execute("INSERT INTO feedback.naive VALUES (gen_random_uuid(), 0, $1)", f"vastaus {number}")
    correlations = await traces(superuser, "feedback.naive", "words")
    assert correlations["xmin_age"] > 0.99 and correlations["ctid"] > 0.99
    assert correlations["c_id"] < 2 * CHANCE


async def test_before_release_nothing_is_shown_but_a_band(client, applications):
    answerers = await answerers_of(client)
    await answerers.answer(12)
    service = client("feedback", SERVICE)
    address = f"/v1/surveys/{answerers.survey_id}"
    open_results = (await service.get(f"{address}/results")).json()
    assert (open_results["state"], open_results["answers_band"]) == ("collecting", "10-19")
    await service.post(f"{address}/close")
    closed = (await service.get(f"{address}/results")).json()
    assert closed["state"] == "computing"
    for results in (open_results, closed):
        assert results["questions"] == []
        assert [results[name] for name in ("n", "response_rate", "released_at", "engine")] == [None] * 4
    await applications.worker("feedback").drain()
    assert (await service.get(f"{address}/results")).json()["n"] == 12
    assert str(FULL["practice"]) not in (await service.get(f"{address}/results")).text
