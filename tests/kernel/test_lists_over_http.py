"""Lists over HTTP: the pages and the files of every list have the same values."""

from datetime import UTC, datetime, timedelta
from itertools import islice

import pytest

from services.demo.register import REGISTER_FILE
from services.runner.services import SERVICES
from tests.factories import (
    ADMIN,
    COORDINATION,
    PAST,
    SERVICE,
    a_known_organisation,
    a_project,
    a_survey,
    an_event,
    registrations_of,
)
from tests.file_reading import csv_rows, in_csv, in_workbook, jsonl_rows, xlsx_sheets
from tests.kernel.test_lists_as_files import LISTS

NAMES = {"fi": "Työ|terveys; =1", "sv": "Arbete", "en": "Work", "se": "Bargu", "so": "Shaqo"}


@pytest.fixture
def register(client):
    """`await register()`: a project with money, an implementer and a relation, and a partner system."""

    async def enter():
        admin = client("registry", ADMIN)
        town = (await admin.post("/v1/organisations", {"kind": "municipality", "name": NAMES})).json()
        home = await a_project(admin, kind="coordination", name={"fi": "Koordinaatio"})
        project = await a_project(
            admin,
            name=NAMES,
            identifiers=[{"scheme": "eura2014", "value": "S20156"}, {"scheme": "asianumero", "value": "00123"}],
            parties=[{"organisation_id": town["id"], "role": "implementer"}],
            funding=[
                {"source": source, "kind": "granted", "amount": amount, "as_of": "2017-01-01"}
                for source, amount in (("eu", "100.00"), ("state", "0.00"))
            ],
            dates=[{"kind": "planned_start", "falls_on": "2017-01-01"}],
        )
        assert (
            await admin.post(f"/v1/projects/{home['id']}/relations", RELATION | {"other": project["id"]})
        ).is_success
        twin = await a_project(admin, identifiers=[{"scheme": "eura2014", "value": "S20157"}])
        assert (await admin.post(f"/v1/projects/{project['id']}/links", {"other": twin["id"]})).is_success
        assert (await admin.post("/v1/partners", PARTNER, key=True)).is_success
        return {"ref": project["id"], "home": home["id"], "scheme": "maakunta"}

    return enter


@pytest.fixture
def imported(client, applications):
    """`await imported()`: an import with three new rows and a wrong one."""

    async def enter():
        with REGISTER_FILE.open(encoding="utf-8") as file:
            some, wrong = "".join(islice(file, 4)), "".join(islice(file, 1)).replace("2007", "")
        headers = {"Content-Type": "text/csv"}
        content = (some + wrong).encode()
        made = await client("registry", ADMIN).send("POST", "/v1/imports", content=content, headers=headers)
        await applications.worker("registry").drain()
        return {"import_id": made.json()["id"]}

    return enter


FACTS = {
    "abbreviations": ["T|T", "=TT"],
    "mail_domains": ["tt.example"],
    "areas": [{"scheme": "maakunta", "code": "05"}, {"scheme": "kunta", "code": "109"}],
}
RELATION = {"kind": "coordinates", "starts_on": "2026-03-01"}
PARTNER = {
    "name": "Portaali",
    "scopes": ["registry:read"],
    "grants": [{"role": "partner"}],
}


@pytest.fixture
def calendar(client):
    """`await calendar()`: an event with a venue in five languages, two areas and three people."""

    async def enter():
        admin = client("events", ADMIN)
        areas = [{"scheme": "maakunta", "code": code} for code in ("01", "06")]
        starts_at = datetime.now(UTC) + timedelta(days=30)
        event = await an_event(
            admin, title=NAMES, venue=NAMES, areas=areas, languages=["fi", "se"], starts_at=starts_at, mode="hybrid"
        )
        await registrations_of(admin, event, 3)
        held = await an_event(admin, starts_at=PAST)
        for number, name in enumerate(("Yksi virasto", "Toinen virasto")):
            await a_known_organisation(client("events", SERVICE), name)
            body = {"name": f"Kävijä {number}", "organisation": name}
            assert (await admin.post(f"/v1/events/{held['id']}/walk-ins", body)).is_success
        return {"ref": event["id"]}

    return enter


@pytest.fixture
def ground(client, applications, register, imported, calendar):
    """`await ground("events")`: rows for every list of the service, and the ids in the addresses of its lists.

    The imports and the organisations have a ground of their own, so that no test takes long.
    """

    async def named():
        admin = client("registry", ADMIN)
        town = (await admin.post("/v1/organisations", {"kind": "municipality", "name": NAMES, **FACTS})).json()
        spelling = {"coordination_id": None, "spelling": "=Työ|terveys", "organisation_id": town["id"]}
        assert (await admin.post("/v1/spellings", spelling)).is_success
        twin = (await admin.post("/v1/organisations", {"kind": "municipality", "name": NAMES})).json()
        assert (await admin.post(f"/v1/organisations/{town['id']}/merges", {"other": twin["id"]})).is_success
        return {"organisation_id": town["id"]}

    async def surveyed():
        await a_survey(client("feedback", SERVICE))
        return {}

    async def counted():
        home = await a_project(client("registry", ADMIN), kind="coordination", name=NAMES)
        await applications.worker("registry").drain()  # Events learns of the project.
        events = client("events", ADMIN)
        event = await an_event(events, coordination_id=home["id"], starts_at=PAST)
        assert (await events.put(f"/v1/events/{event['id']}/headcount", {"count": 12})).is_success
        return {"ref": home["slug"]}

    entering = {
        "registry": register,
        "imports": imported,
        "organisations": named,
        "events": calendar,
        "feedback": surveyed,
        "dashboard": counted,
    }
    return lambda service: entering[service]()


# The lists of the registry that have a ground of their own, by the beginnings of their addresses.
OWN_GROUND = {"/v1/imports": "imports", "/v1/organisations": "organisations", "/v1/spellings": "organisations"}
PARTS = [*dict.fromkeys(OWN_GROUND.values()), *(service.name for service in SERVICES)]


def lists_of(part):
    """The addresses of the lists of a service, or of a part of the registry."""
    found = [param.id.split() for param in LISTS]
    parts = [(path, OWN_GROUND.get("/".join(path.split("/")[:3]), service)) for service, path in found]
    return [path for path, of in parts if of == part]


@pytest.mark.parametrize("part", PARTS)
async def test_every_value_of_a_page_is_in_the_files(client, ground, part):
    caller = client("registry" if part in OWN_GROUND.values() else part, ADMIN)
    ids = await ground(part)
    further = {
        "/v1/search": {"q": "työ"},
        "/v1/network/edges": {"coordination": ids.get("home"), "period": "2026S1"},
        "/v1/co-participation": {"coordination": str(COORDINATION), "period": "2026S1"},
        "/v1/organisation-spellings": {"coordination": str(COORDINATION)},
    }
    for path in lists_of(part):
        params = further.get(path, {})
        page = await caller.get(path.format(**ids), **params)
        assert page.status_code == 200, f"{path}: {page.text}"
        listed = page.json()["items"]
        assert listed, path
        files = [
            (await caller.get(path.format(**ids), format=form, **params)).content for form in ("csv", "xlsx", "jsonl")
        ]
        sheets, lines = xlsx_sheets(files[1]), jsonl_rows(files[2])
        assert lines[: len(listed)] == listed
        rows = zip(lines, csv_rows(files[0]), sheets["Vipu"], strict=True)
        for row, line, sheet_line in islice(rows, 30):
            in_csv(row, line)
            in_workbook(row, sheet_line, sheets)
