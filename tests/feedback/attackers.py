"""The attacker who holds all files, mails and logs of an installation, and the surveys that are attacked.

Before the release the attacker does not hold the folder of survey keys; after it, everything.
"""

import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from secrets import token_hex

import asyncpg
from structlog.typing import EventDict

from services.runner.services import Applications
from tests.client import ApiClient
from tests.factories import a_survey, close, respond, tickets_of
from tests.feedback.heap_files import RelationFile, log_position, read_files, read_log, server_lines, sightings, traces
from tests.feedback.joining import Evidence, Verdict, judge

LOG = "write-ahead log"
SURVEYS, NOT_ANSWERING, MARK_BYTES = 20, 4, 24
ANALYZED = "ANALYZE feedback.answers, feedback.tickets, feedback.texts, feedback.surveys"
SEALED = """
SELECT xmin::text::bigint, length(sealed) AS length, substr(sealed, 1, 24) AS beginning,
  pg_column_toast_chunk_id(sealed)::bigint AS chunk
FROM feedback.answers
"""
TEXTS = "SELECT id, words FROM feedback.texts"
STATISTICS = "SELECT coalesce(string_agg(s::text, ' '), '') FROM pg_stats s WHERE schemaname IN ('feedback', 'events')"


def some_counts() -> list[int]:
    """Return how many people answer each of the surveys."""
    lots = random.Random(20260915)  # noqa: S311 - The same in every run.
    return [lots.randint(8, 14) for _ in range(SURVEYS)]


def contents_by_path(folder: Path) -> dict[Path, bytes]:
    """Return what the files of the folder hold."""
    return {path: path.read_bytes() for path in sorted(folder.iterdir())}


class AttackedSurvey:
    """One survey with more people than answers; person k is the k-th to answer, with words and a grade of their own."""

    def __init__(self, survey_id: str, tickets: list[str], count: int, lots: random.Random) -> None:
        self.survey_id, self.tickets, self.count = survey_id, tickets, count
        # Long words and short ones: a length tells who wrote them as well as a place does. They begin with a mark that
        # no other test writes into the write-ahead log, which all tests share.
        self.words = [f"{token_hex(MARK_BYTES // 2)} {'sana ' * lots.randint(0, 250)}".strip() for _ in range(count)]
        self.grades = [lots.randint(1, 5) for _ in range(count)]
        self.evidence = Evidence(count)
        self.evidence.contents["length"] = dict(enumerate(map(len, self.words)))
        self.evidence.contents["grade"] = dict(enumerate(self.grades))

    def marks(self) -> dict[bytes, int]:
        """Return the beginnings of the words, each with its number."""
        return {words[:MARK_BYTES].encode(): number for number, words in enumerate(self.words)}

    def hashes(self) -> dict[bytes, int]:
        """Return the hash of each ticket, as the attacker makes it from the mail, with the number of the person."""
        return {sha256(ticket.encode()).digest(): person for person, ticket in enumerate(self.tickets)}

    def secrets(self) -> dict[bytes, int]:
        """Return the ticket of each person, who may have answered or not, its hash, and that in hexadecimal."""
        texts = {ticket.encode(): person for person, ticket in enumerate(self.tickets)}
        hashes = self.hashes()
        return texts | hashes | {secret.hex().encode(): person for secret, person in hashes.items()}


@dataclass(frozen=True, slots=True)
class Loot:
    """Everything the attacker holds at one moment."""

    # Of the database, by the names of their relations.
    files: dict[str, RelationFile]
    # The write-ahead log, the server's own lines, its statistics, the services' lines, the folder of survey keys.
    others: dict[str, RelationFile]

    def everything(self) -> dict[str, RelationFile]:
        """Return files and others together."""
        return {**self.files, **self.others}

    def where(self, markers: Iterable[bytes]) -> set[str]:
        """Return the names of everything in which one of the markers stands."""
        sought = list(markers)
        return {name for name, file in self.everything().items() if any(sightings(file, sought))}


class Attack:
    """Surveys, and the attacker who looks at everything before and after their release.

    So many people as `counts` says answer each of them.
    """

    def __init__(self, superuser: asyncpg.Connection, counts: Sequence[int]) -> None:
        self._superuser, self._counts = superuser, counts
        self.surveys: list[AttackedSurvey] = []
        self._unchanged: dict[str, RelationFile] = {}
        self._position = self._lines_before = 0

    def words(self) -> list[bytes]:
        """Return what the words of all answers begin with."""
        return [mark for survey in self.surveys for mark in survey.marks()]

    def secrets(self) -> list[bytes]:
        """Return the tickets of all people and their hashes."""
        return [secret for survey in self.surveys for secret in survey.secrets()]

    def judge(self) -> Verdict:
        """Return how well people and words are joined by what is known so far."""
        return judge([survey.evidence for survey in self.surveys])

    async def open_surveys(self, service: ApiClient) -> None:
        """Open the surveys and hand out the tickets; some of the people will not answer."""
        self._unchanged = await read_files(self._superuser)
        self._lines_before = len(await server_lines(self._superuser))
        self._position = await log_position(self._superuser)
        lots = random.Random(20260915)  # noqa: S311 - The same in every run.
        for count in self._counts:
            survey_id = await a_survey(service)
            tickets = await tickets_of(service, survey_id, count + NOT_ANSWERING)
            self.surveys.append(AttackedSurvey(survey_id, tickets, count, lots))

    async def answer(self, nobody: ApiClient) -> None:
        """Let everybody answer, one survey beside another; the server gathers statistics meanwhile."""
        for person in range(max(survey.count for survey in self.surveys)):
            for survey in self.surveys:
                if person < survey.count:
                    given = {"practice": survey.words[person], "overall": survey.grades[person]}
                    answered = await respond(nobody, survey.survey_id, survey.tickets[person], **given)
                    assert answered.status_code == 201, answered.text
            await self._superuser.execute(ANALYZED)

    async def release(self, service: ApiClient, applications: Applications) -> None:
        """Close the surveys and let the worker release them."""
        for survey in self.surveys:
            await close(service, survey.survey_id)
        await applications.worker("feedback").drain()

    async def look(self, when: str, lines: Sequence[EventDict], keys: Path | None) -> Loot:
        """Take everything, learn from it and return it. `lines`: of the services; `keys`: the folder, if it is held."""
        log = await read_log(self._superuser, since=self._position)
        self._position = await log_position(self._superuser)
        files = await read_files(self._superuser)  # Its checkpoint may remove parts of the log.
        changed = {name: file for name, file in files.items() if file != self._unchanged.get(name)}
        others = {
            LOG: log,
            "lines of the server": (await server_lines(self._superuser))[self._lines_before :],
            "statistics": str(await self._superuser.fetchval(STATISTICS)).encode(),
            "lines of the services": "\n".join(map(str, lines)).encode(),
            "folder of keys": b"".join(contents_by_path(keys).values()) if keys else b"",
        }
        loot = Loot(changed, {name: RelationFile(content) for name, content in others.items()})
        self._learn(when, loot)
        return loot

    def _learn(self, when: str, loot: Loot) -> None:
        """Add to the evidence what everything tells of those who answered and of the words."""
        people, contents = {}, {}
        for survey in self.surveys:
            people |= {secret: (survey, person) for secret, person in survey.secrets().items() if person < survey.count}
            contents |= {mark: (survey, number) for mark, number in survey.marks().items()}
        for name, numbers in traces(loot.everything(), people).items():
            for (survey, person), number in numbers.items():
                survey.evidence.people.setdefault(f"{when} {name}", {})[person] = number
        for name, numbers in traces(loot.everything(), contents).items():
            for (survey, content), number in numbers.items():
                survey.evidence.contents.setdefault(f"{when} {name}", {})[content] = number

    async def follow_tickets(self) -> list[bytes]:
        """Learn the sizes of the sealed answers, joined to people by the transactions of their tickets.

        These joins succeed before the release: it is told that somebody answered, and not what. Returns the beginnings
        of the sealed answers.
        """
        sealed = {row["xmin"]: row for row in await self._superuser.fetch(SEALED)}
        for survey in self.surveys:
            spent = survey.evidence.people["before feedback.tickets last xmin"]
            for column in ("length", "chunk"):
                numbers = [sealed[spent[person]][column] for person in range(survey.count)]
                survey.evidence.people[f"sealed {column}"] = dict(enumerate(numbers))
        return [row["beginning"] for row in sealed.values()]

    def follow_lines(self, lines: Sequence[EventDict]) -> None:
        """Learn from the services' lines how long each answer took, in the order in which they came."""
        took = [line["milliseconds"] for line in lines if line.get("status") == 201 and "responses" in line["route"]]
        order = [
            (survey, person)
            for person in range(max(survey.count for survey in self.surveys))
            for survey in self.surveys
            if person < survey.count
        ]
        assert len(took) == len(order)
        for (survey, person), milliseconds in zip(order, took, strict=True):
            survey.evidence.people.setdefault("milliseconds", {})[person] = milliseconds

    async def read_texts(self) -> None:
        """Learn the order and the ids of the released texts."""
        rows = await self._superuser.fetch(TEXTS)
        for survey in self.surveys:
            marks = survey.marks()
            for place, row in enumerate(rows):
                number = marks.get(row["words"][:MARK_BYTES].encode())
                if number is not None:
                    survey.evidence.contents.setdefault("order", {})[number] = place
                    survey.evidence.contents.setdefault("id", {})[number] = float(row["id"].int)
