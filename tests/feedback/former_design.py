"""The former design of tickets and answers, as tables and statements: what the attacker must be able to join.

Each answer deleted its ticket in one transaction, and in another one, which committed first, rewrote all answers to its
survey in a random order. The mail lost its secret when it was sent. The statements are those of the former services.
"""

import json
import random
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from secrets import token_urlsafe
from uuid import UUID, uuid4

import asyncpg

SCHEMA = """
CREATE SCHEMA former;
CREATE TABLE former.mails (
  id uuid PRIMARY KEY, survey_id uuid NOT NULL, to_address text, link_secret text, state text NOT NULL,
  sent_at timestamptz
);
CREATE TABLE former.surveys (id uuid PRIMARY KEY, answer_count integer NOT NULL DEFAULT 0);
CREATE TABLE former.tickets (hash bytea PRIMARY KEY, survey_id uuid NOT NULL)
  WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 20);
CREATE INDEX ON former.tickets (survey_id);
CREATE TABLE former.answers (
  id uuid PRIMARY KEY, survey_id uuid NOT NULL, shard smallint NOT NULL, given jsonb NOT NULL
) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 200);
CREATE INDEX ON former.answers (survey_id, shard);
"""
REDEEM = "DELETE FROM former.tickets WHERE hash = $1 AND survey_id = $2 RETURNING survey_id"
LOCK = "SELECT answer_count FROM former.surveys WHERE id = $1 FOR UPDATE"
COUNT = "UPDATE former.surveys SET answer_count = answer_count + 1 WHERE id = $1"
REWRITE = """
WITH old AS (DELETE FROM former.answers WHERE survey_id = $2 AND shard = 0 RETURNING id, given),
  together AS (SELECT id, given FROM old UNION ALL SELECT $1, $3)
INSERT INTO former.answers (id, survey_id, shard, given)
SELECT id, $2, 0, given FROM together ORDER BY gen_random_uuid()
"""
SEND = "UPDATE former.mails SET state = 'sent', sent_at = clock_timestamp(), to_address = NULL, link_secret = NULL"


@dataclass(slots=True)
class FormerSurvey:
    """A survey whose person k has address k and gave the answer with id k, which the attacker is to find out."""

    addresses: list[str]
    id: UUID = field(default_factory=uuid4)
    answer_ids: list[UUID] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class FormerService:
    """Two connections, one for the ticket and one for the answer, as an answer used."""

    redeeming: asyncpg.Connection
    storing: asyncpg.Connection

    async def invite(self, addresses: Sequence[str]) -> tuple[FormerSurvey, list[str]]:
        """Make a survey, mail each address a ticket and forget it. Returns the survey and the tickets."""
        survey = FormerSurvey(list(addresses))
        tickets = [token_urlsafe(24) for _ in addresses]
        await self.storing.execute("INSERT INTO former.surveys (id) VALUES ($1)", survey.id)
        hashes = [(sha256(ticket.encode()).digest(), survey.id) for ticket in tickets]
        await self.storing.executemany("INSERT INTO former.tickets VALUES ($1, $2)", random.sample(hashes, len(hashes)))
        mails = [
            (uuid4(), survey.id, address, ticket, "queued") for address, ticket in zip(addresses, tickets, strict=True)
        ]
        await self.storing.executemany(
            "INSERT INTO former.mails VALUES ($1, $2, $3, $4, $5)", random.sample(mails, len(mails))
        )
        await self.storing.execute(f"{SEND} WHERE survey_id = $1", survey.id)
        return survey, tickets

    async def answer(self, survey: FormerSurvey, ticket: str, **given: object) -> None:
        """Store one answer as the former service did."""
        survey.answer_ids.append(uuid4())
        async with self.redeeming.transaction(), self.storing.transaction():
            await self.redeeming.execute(REDEEM, sha256(ticket.encode()).digest(), survey.id)
            await self.storing.execute(LOCK, survey.id)
            await self.storing.execute(REWRITE, survey.answer_ids[-1], survey.id, json.dumps(given))
            await self.storing.execute(COUNT, survey.id)


@asynccontextmanager
async def former_service(url: str) -> AsyncIterator[FormerService]:
    """Make the tables of the former design in the database and yield its service."""
    redeeming, storing = await asyncpg.connect(url), await asyncpg.connect(url)
    try:
        await storing.execute(SCHEMA)
        yield FormerService(redeeming, storing)
    finally:
        await redeeming.close()
        await storing.close()
