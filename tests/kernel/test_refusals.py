"""What the database refuses because of a value or of stored rows is an answer to the caller and no fault."""

import hashlib
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from uuid import uuid4

import httpx
import pytest
from fastapi import APIRouter
from sqlalchemy import text

from services.contracts.roles import Grant, Role
from services.contracts.words import LANGUAGES
from services.kernel.data.db import Transaction
from services.kernel.runtime import Service
from services.kernel.security.auth import Anyone
from services.kernel.web.app import create_app
from tests.factories import ADMIN, COORDINATOR, a_registration, an_event, an_organisation

CANARY = "Kanerva Kanarialintu"
CONFLICT, UNSTORABLE = (409, "state-conflict"), (422, "invalid")
Parameters = dict[str, object] | tuple[int, ...] | None
Caller = Callable[..., Awaitable[httpx.Response]]


@pytest.fixture
async def failing(applications) -> AsyncIterator[Caller]:
    """`await failing(statement, parameters)` calls a route that executes the statement."""
    statements: list[tuple[str, Parameters]] = []
    router = APIRouter()

    @router.post("/v1/failing")
    async def fail(principal: Anyone, session: Transaction) -> None:
        statement, parameters = statements.pop()
        if isinstance(parameters, tuple):
            await (await session.connection()).exec_driver_sql(statement, parameters)
        else:
            await session.execute(text(statement), parameters)

    service = Service(name="registry", title="t", description="", routers=[router])
    app = create_app(service, applications.runtime("registry"))
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://t") as http:

        async def call(statement: str, parameters: Parameters = None, *, language: str = "en") -> httpx.Response:
            statements.append((statement, parameters))
            return await http.post("/v1/failing", headers={"Accept-Language": language})

        yield call


def raising(sqlstate: str) -> str:
    """A block that fails as PostgreSQL does with this SQLSTATE, with a row in its message."""
    names = "CONSTRAINT = 'uq_nouns_name', TABLE = 'nouns', COLUMN = 'name'"
    detail = f"MESSAGE = 'Failed for {CANARY}', DETAIL = 'Key (name)=({CANARY}) is there.'"
    return f"DO $$BEGIN RAISE EXCEPTION USING ERRCODE = '{sqlstate}', {detail}, {names}; END$$"


@pytest.mark.parametrize(
    ("sqlstate", "answered"),
    [
        ("23505", CONFLICT),  # A unique constraint.
        ("23503", CONFLICT),  # A foreign key.
        ("23001", CONFLICT),  # A foreign key that restricts.
        ("23P01", CONFLICT),  # An exclusion constraint.
        ("23514", UNSTORABLE),  # A check.
        ("23502", UNSTORABLE),  # A null where there may be none.
        ("23000", UNSTORABLE),  # Another rule of integrity.
        ("22001", UNSTORABLE),  # A string is too long.
        ("22003", UNSTORABLE),  # A number is out of range.
        ("22007", UNSTORABLE),  # A day that does not exist.
        ("22008", UNSTORABLE),  # A day or an instant is out of range.
        ("22021", UNSTORABLE),  # A character that UTF-8 does not have.
        ("22P02", UNSTORABLE),  # No number.
        ("22P05", UNSTORABLE),  # NUL in JSON.
        ("2201B", UNSTORABLE),  # No regular expression.
        ("21000", UNSTORABLE),  # A row twice in one statement.
        ("54000", UNSTORABLE),  # An index row, a tsvector or an array is too large.
        ("54001", UNSTORABLE),  # JSON is too deep.
        ("54011", UNSTORABLE),  # Too many columns.
        ("54023", UNSTORABLE),  # Too many arguments.
        ("53300", (503, "unavailable")),
        ("40001", (503, "unavailable")),
        ("57014", (503, "unavailable")),
        ("42P01", (500, "internal-error")),
        ("P0001", (500, "internal-error")),
        ("XX000", (500, "internal-error")),
    ],
)
async def test_the_class_of_the_sqlstate_decides_the_answer(failing, sqlstate, answered):
    answer = await failing(raising(sqlstate))
    assert (answer.status_code, answer.json()["code"]) == answered, answer.text
    assert CANARY not in answer.text and "nouns" not in answer.text
    assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize(
    ("statement", "parameters", "answered"),
    [
        (
            "INSERT INTO code_schemes SELECT * FROM code_schemes LIMIT 1",
            None,
            CONFLICT,
        ),
        ("SELECT repeat('x', 3000)::tsvector", None, UNSTORABLE),
        ("SELECT to_tsvector('simple', string_agg(i::text, ' ')) FROM generate_series(1, 200000) i", None, UNSTORABLE),
        ("SELECT repeat('[', 100000)::json", None, UNSTORABLE),
        ("SELECT array_fill(1, array[100000, 100000])", None, UNSTORABLE),
        ("SELECT CAST(:number AS bigint)", {"number": 2**63}, UNSTORABLE),
        ("SELECT CAST(:number AS integer)", {"number": 2**31}, UNSTORABLE),
        ("SELECT 2147483647 + CAST(:number AS integer)", {"number": 1}, UNSTORABLE),
        ("SELECT CAST(:words AS text)", {"words": "a\x00b"}, UNSTORABLE),
        ("SELECT CAST(:words AS text)", {"words": "a\ud800b"}, UNSTORABLE),
        ("SELECT CAST(:words AS text)::jsonb::text", {"words": '"\\u0000"'}, UNSTORABLE),
        ("SELECT CAST(:words AS text)::date", {"words": "9999999-01-01"}, UNSTORABLE),
        ("SELECT 'a' ~ CAST(:words AS text)", {"words": "("}, UNSTORABLE),
        # A value of a wrong type is a mistake of the service.
        ("SELECT CAST(:words AS text)", {"words": 5}, (500, "internal-error")),
    ],
)
async def test_what_postgresql_really_refuses_is_answered_alike(failing, statement, parameters, answered):
    answer = await failing(statement, parameters)
    assert (answer.status_code, answer.json()["code"]) == answered, answer.text


async def test_a_row_that_is_too_large_for_its_index_is_refused(failing):
    columns = "scheme, name, source"
    word = "(SELECT string_agg(md5(i::text), '') FROM generate_series(1, 1000) i)"
    answer = await failing(f"INSERT INTO code_schemes ({columns}) SELECT {word}, '{{}}', 'test'")
    assert (answer.status_code, answer.json()["code"]) == UNSTORABLE, answer.text


async def test_a_statement_with_too_many_values_is_refused(failing):
    numbers = range(1, 32_769)
    array = ", ".join(f"${number}" for number in numbers)
    answer = await failing(f"SELECT ARRAY[{array}]::int[]", tuple(numbers))
    assert (answer.status_code, answer.json()["code"]) == UNSTORABLE, answer.text


async def test_a_refusal_is_told_in_three_languages(failing):
    told = {language: (await failing(raising("23505"), language=language)).json() for language in LANGUAGES}
    assert told["en"]["detail"] == "The request conflicts with what is stored."
    assert (
        len({answer["detail"] for answer in told.values()}) == len({answer["title"] for answer in told.values()}) == 3
    )
    assert (await failing(raising("54000"))).json()["detail"] == "One of the values cannot be stored."


async def test_the_log_names_the_constraint_and_the_place_and_no_value(failing, talking_log, capfd):
    await failing(raising("23505"))
    said = capfd.readouterr().err
    assert CANARY not in said
    [line] = [found for found in map(json.loads, said.splitlines()) if found["event"] == "request.refused_by_database"]
    assert (line["level"], line["sqlstate"]) == ("warning", "23505")
    assert (line["table"], line["constraint"], line["column"]) == ("nouns", "uq_nouns_name", "name")
    assert "test_refusals.py" in line["exception"]


def random_letters(count: int) -> str:
    """Letters that do not compress below the limit of an index row."""
    return "".join(hashlib.sha256(str(number).encode()).hexdigest() for number in range(count // 64))


@pytest.mark.parametrize(
    "data",
    [
        {"slug": random_letters(20_000)},
        {"slug": "a\u0000"},
        {"slug": "\ud800"},
        {"name": {"fi": "\u0000"}},
        {"name": {"fi": "\ud800"}},
        {"version": 2**31},
        {"version": 2**63},
        {"version": -(2**63) - 1},
    ],
    ids=lambda data: str(data)[:30],
)
async def test_a_message_that_cannot_be_stored_is_no_fault_of_the_receiver(client, data):
    project = {"project_id": str(uuid4()), "leads": True, "slug": "ohjelma", "name": {"fi": "Ohjelma"}, "version": 1}
    message = {
        "specversion": "1.0",
        "id": str(uuid4()),
        "source": "/api/registry",
        "type": "vipu.project.changed.v1",
        "subject": project["project_id"],
        "time": "2026-11-26T10:00:00Z",
        "datacontenttype": "application/json",
        "data": {**project, **data},
    }
    service, body = client("events", Grant(Role.service)), json.dumps({"messages": [message]})
    refused = await service.send("POST", "/v1/messages", content=body, headers={"Content-Type": "application/json"})
    assert (refused.status_code, refused.json()["code"]) == UNSTORABLE, refused.text
    sound = {"messages": [{**message, "data": project}]}
    assert (await service.post("/v1/messages", sound)).status_code == 202


@pytest.mark.own_database
async def test_only_the_constraint_that_a_precise_answer_is_about_leads_to_it(client, superuser):
    await superuser.execute("ALTER TABLE registry.organisations ADD CHECK (sort_name <> 'Rikki')")
    await superuser.execute("ALTER TABLE registry.partner_clients ADD CHECK (name <> 'Rikki')")
    await superuser.execute("ALTER TABLE events.registrations ADD CHECK (name <> 'Rikki')")
    registry, staff = client("registry", ADMIN), client("events", COORDINATOR)
    organisation = f"/v1/organisations/{await an_organisation(registry)}"
    partner = (await registry.post("/v1/partners", {"name": "Portaali", "scopes": ["registry:read"]})).json()
    registration = f"/v1/registrations/{await a_registration(staff, await an_event(staff))}"
    answers = [
        await registry.patch(organisation, {"name": {"fi": "Rikki"}}, version=1),
        await registry.patch(f"/v1/partners/{partner['client_id']}", {"name": "Rikki"}, version=1),
        await staff.patch(registration, {"name": "Rikki"}, version=1),
    ]
    assert [(answer.status_code, answer.json()["code"]) for answer in answers] == [UNSTORABLE] * 3
