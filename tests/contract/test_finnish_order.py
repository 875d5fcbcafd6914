"""Every list of names is in Finnish order, on pages and in files, and no list sorts a name by anything but its key."""

import ast
import csv
import io
from urllib.parse import parse_qsl

import asyncpg
import pytest
from sqlalchemy import String

from services.contracts.roles import Grant, Role
from services.contracts.services import STORING_SERVICES
from services.demo.register import REGISTER_FILE
from services.kernel.collation import finnish_sort_key
from services.kernel.data.types import SORT_KEY
from services.kernel.lists.pages import Listing
from services.kernel.settings import ROOT
from services.runner.services import SERVICES
from tests.factories import COORDINATION, PAST, a_project, a_survey, an_event, an_organisation, person
from tests.kernel.test_list_routes import list_routes

ADMIN = Grant(Role.admin)
IN_ORDER = ["apple", "Ébène", "eero", "Eero", "Zeta", "Åbo", "Äijälä", "Öster"]
ENTERED = ["Öster", "Zeta", "eero", "Äijälä", "apple", "Åbo", "Eero", "Ébène"]
# Sort keys that are codes, not texts for people.
CODES = {"code", "kind", "scheme", "state"}


async def organisations(client):
    for name in ENTERED:
        # The Swedish name of an organisation with a Finnish one does not count; without one it does.
        names = {"sv": name} if name == "Åbo" else {"fi": name, "sv": "Mitt"}
        assert (await client.post("/v1/organisations", {"kind": "agency", "name": names})).status_code == 201
    return "/v1/organisations"


async def partners(client):
    for name in ENTERED:
        assert (await client.post("/v1/partners", {"name": name, "scopes": ["registry:read"]})).status_code == 201
    return "/v1/partners"


async def events(client):
    for name in ENTERED:
        await an_event(client, title={"en": name} if name == "Zeta" else {"fi": name, "sv": "Mitt"})
    return "/v1/events"


async def registrations(client):
    event = await an_event(client)
    address = f"/v1/events/{event['id']}/registrations"
    for name in ENTERED:
        body = person(name=name, email=f"{ENTERED.index(name)}@yritys.example")
        assert (await client.post(address, body)).status_code == 201
    return address


async def attendance(client):
    event = await an_event(client, starts_at=PAST)
    address = f"/v1/events/{event['id']}"
    for name in ENTERED:
        body = {"name": name, "organisation": f"Yritys {ENTERED.index(name)}", "is_another_person": True}
        assert (await client.post(f"{address}/walk-ins", body)).status_code == 201
    return f"{address}/attendance"


async def projects(client):
    for name in ENTERED:
        await a_project(client, name={"sv": name} if name == "Åbo" else {"fi": name, "sv": "Mitt"})
    return "/v1/projects"


async def relations(client):
    lead = await a_project(client, kind="coordination", scope="national", name={"fi": "Johto"})
    address = f"/v1/projects/{lead['id']}/relations"
    for name in ENTERED:
        other = await a_project(client, name={"fi": name})
        made = await client.post(address, {"kind": "coordinates", "other": other["id"]})
        assert made.status_code == 201, made.text
    return address


async def coordinators(client):
    project = await a_project(client)
    for name in ENTERED:
        lead = await a_project(client, kind="coordination", scope="national", name={"fi": name})
        made = await client.post(
            f"/v1/projects/{lead['id']}/relations", {"kind": "coordinates", "other": project["id"]}
        )
        assert made.status_code == 201, made.text
    return project["id"]


async def search(client):
    for name in ENTERED[:4]:
        await a_project(client, name={"fi": name, "en": "Findable"})
    for name in ENTERED[4:]:
        await an_organisation(client, name={"fi": name, "en": "Findable"})
    return "/v1/search?q=findable"


async def network(client):
    # From a project, and from organisations.
    lead = await a_project(client, kind="coordination", scope="national", name={"fi": "Åbo"})
    funders = [await an_organisation(client, name={"fi": name}) for name in ENTERED if name != "Åbo"]
    parties = [{"organisation_id": funder, "role": "funder"} for funder in funders]
    member = await a_project(client, name={"fi": "Jäsen"}, parties=parties)
    made = await client.post(f"/v1/projects/{lead['id']}/relations", {"kind": "coordinates", "other": member["id"]})
    assert made.status_code == 201, made.text
    return f"/v1/network/edges?coordination={lead['id']}&period=2026S1"


# Service, what is entered, the sort key, and the field that is sorted by.
LISTS = [
    ("registry", projects, "name", "name"),
    ("registry", relations, "name", "other.name"),
    ("registry", search, "name", "name"),
    ("registry", network, "from_name", "from_name"),
    ("registry", organisations, "name", "name"),
    ("registry", partners, "name", "name"),
    ("events", events, "title", "title"),
    ("events", registrations, "name", "name"),
    ("events", attendance, "name", "name"),
]


def shown(item, field):
    for name in field.split("."):
        item = item[name]
    return item if isinstance(item, str) else item.get("fi") or item.get("sv") or item["en"]


async def paged(client, address, field, sort):
    names, cursor = [], {}
    path, _, query = address.partition("?")
    params = dict(parse_qsl(query))
    while True:
        page = (await client.get(path, limit=2, sort=sort, **params, **cursor)).json()
        names += [shown(item, field) for item in page["items"]]
        if page["next_cursor"] is None:
            return names
        cursor = {"cursor": page["next_cursor"]}


async def exported(client, address, field, sort):
    path, _, query = address.partition("?")
    answer = await client.get(path, format="csv", sort=sort, **dict(parse_qsl(query)))
    names = {field.replace(".", sign) for sign in "._"}
    columns = [
        *names,
        *(f"{name}{sign}{language}" for language in ("fi", "sv", "en") for name in names for sign in "._"),
    ]
    rows = csv.DictReader(io.StringIO(answer.text))
    return [next(row[column] for column in columns if row.get(column)) for row in rows]


@pytest.mark.parametrize(
    ("service", "enter", "sort", "field"), LISTS, ids=lambda value: getattr(value, "__name__", None)
)
async def test_a_list_of_names_is_in_finnish_order_on_pages_and_in_files(client, service, enter, sort, field):
    admin = client(service, ADMIN)
    address = await enter(admin)
    for one_sort, in_order in ((sort, IN_ORDER), (f"-{sort}", IN_ORDER[::-1])):
        assert await paged(admin, address, field, one_sort) == in_order
        assert await exported(admin, address, field, one_sort) == in_order


async def test_the_coordinators_of_a_project_are_in_finnish_order(client):
    admin = client("registry", ADMIN)
    project_id = await coordinators(admin)
    project = (await admin.get(f"/v1/projects/{project_id}")).json()
    assert [other["name"]["fi"] for other in project["coordinated_by"]] == IN_ORDER


async def test_anonymous_readers_get_events_in_the_same_order(client):
    await events(client("events", ADMIN))
    assert await paged(client("events"), "/v1/events", "title", "title") == IN_ORDER
    assert await paged(client("events"), "/v1/events", "title", "-title") == IN_ORDER[::-1]


async def test_codes_are_in_finnish_order(client):
    page = (await client("registry").get("/v1/codes/kunta", limit=100, sort="-name")).json()
    names = [item["name"]["fi"] for item in page["items"]]
    assert names[:4] == ["Äänekoski", "Ähtäri", "Ypäjä", "Ylöjärvi"]
    assert names == sorted(names, key=lambda name: finnish_sort_key(name).encode(), reverse=True)


async def test_a_changed_name_takes_its_new_place(client):
    registry, calendar = client("registry", ADMIN), client("events", ADMIN)
    organisation = (await registry.post("/v1/organisations", {"kind": "agency", "name": {"fi": "Öster"}})).json()
    partner = (await registry.post("/v1/partners", {"name": "Öster", "scopes": ["registry:read"]})).json()
    event = await an_event(calendar, title={"fi": "Öster"})
    registered = (await calendar.post(f"/v1/events/{event['id']}/registrations", person(name="Öster"))).json()
    await an_event(calendar, title={"fi": "Zeta"})
    await calendar.post(f"/v1/events/{event['id']}/registrations", person(2, name="Zeta"))
    await registry.post("/v1/organisations", {"kind": "agency", "name": {"fi": "Zeta"}})
    await registry.post("/v1/partners", {"name": "Zeta", "scopes": ["registry:read"]})
    name = {"fi": "eero"}
    changes = [
        await registry.patch(f"/v1/organisations/{organisation['id']}", {"name": name}, version=1),
        await registry.patch(f"/v1/partners/{partner['client_id']}", {"name": "eero"}, version=1),
        await calendar.patch(f"/v1/events/{event['id']}", {"title": name}, version=event["version"]),
        await calendar.patch(f"/v1/registrations/{registered['id']}", {"name": "eero"}, version=1),
    ]
    assert [change.status_code for change in changes] == [200] * 4, [change.text for change in changes]
    assert await paged(registry, "/v1/organisations", "name", "name") == ["eero", "Zeta"]
    assert await paged(registry, "/v1/partners", "name", "name") == ["eero", "Zeta"]
    assert await paged(calendar, "/v1/events", "title", "title") == ["eero", "Zeta"]
    assert await paged(calendar, f"/v1/events/{event['id']}/registrations", "name", "name") == ["eero", "Zeta"]


async def test_a_persons_name_is_not_removed_without_its_key(client, superuser):
    admin = client("events", ADMIN)
    event = await an_event(admin)
    await admin.post(f"/v1/events/{event['id']}/registrations", person(name="Kaneli Salattu"))
    with pytest.raises(asyncpg.CheckViolationError):
        await superuser.execute("UPDATE events.registrations SET name = 'Poistettu'")
    removed = finnish_sort_key("Poistettu")
    await superuser.execute("UPDATE events.registrations SET name = 'Poistettu', sort_key = $1", removed)
    row = str(await superuser.fetch("SELECT r::text FROM events.registrations AS r")).lower()
    assert "poistettu" in row
    assert "salattu" not in row


async def test_a_persons_name_may_be_of_the_longest_signs(client):
    admin = client("events", ADMIN)
    event = await an_event(admin)
    # NFC makes three characters of four bytes of each.
    made = await admin.post(f"/v1/events/{event['id']}/registrations", person(name="\U0001d160" * 120))
    assert made.status_code == 201, made.text


async def test_the_key_of_a_name_is_in_no_answer_and_no_message(client, superuser):
    admin = client("events", ADMIN)
    address = await registrations(admin)
    listed = await admin.get(address, sort="name", limit=2)
    answers = [
        listed,
        await admin.get(address, format="jsonl"),
        await admin.get(address.replace("registrations", "attendance")),
    ]
    key = finnish_sort_key("Åbo")
    assert key.startswith("{bo")
    for answer in answers:
        assert answer.status_code == 200
        assert key not in answer.text
        assert "sort_key" not in answer.text
    assert key not in str(await superuser.fetch("SELECT data::text FROM events.outbox"))


async def test_the_longest_names_fit_into_the_indexes_and_the_cursors(client):
    admin = client("registry", ADMIN)
    # Without repetitions, because PostgreSQL compresses them.
    name = "".join(chr(0x20000 + 7919 * place % 40000) for place in range(299))
    for last in "äöå":
        made = await admin.post("/v1/organisations", {"kind": "agency", "name": {"fi": name + last}})
        assert made.status_code == 201, made.text
    names = await paged(admin, "/v1/organisations", "name", "name,-name,name,created_at,name")
    assert sorted(names) == sorted(name + last for last in "äöå")


@pytest.mark.parametrize("service", STORING_SERVICES)
async def test_every_sort_key_that_is_a_text_for_people_is_a_stored_key(client, applications, monkeypatch, service):
    admin = client(service, ADMIN)
    made, initialise = [], Listing.__init__

    def initialise_and_remember(listing, *args, **facts):
        initialise(listing, *args, **facts)
        made.append(listing)

    monkeypatch.setattr(Listing, "__init__", initialise_and_remember)
    for address, params in (await addresses_of_lists(client, applications, service)).items():
        made.clear()
        answer = await admin.get(address, **params)
        assert answer.status_code == 200, answer.text
        assert made, f"{address} is no list"
        for listing in made:
            texts = {name for name, column in listing.sort_keys.items() if isinstance(column.type, String)}
            plain = {name for name in texts if listing.sort_keys[name].type is not SORT_KEY}
            assert plain <= CODES, f"{listing.name}: sort by a column of the type SORT_KEY instead"


async def addresses_of_lists(client, applications, service):
    """Return the address of every list of the service, with the parameters that it needs."""
    ids, params = {}, {}
    if service == "events":
        ids["ref"] = (await an_event(client("events", ADMIN)))["id"]
        asked = {"coordination": str(COORDINATION)}
        params = {"/v1/organisation-spellings": asked, "/v1/co-participation": {**asked, "period": "2026S1"}}
    if service == "registry":
        admin = client("registry", ADMIN)
        list_of_two = b"\n".join(REGISTER_FILE.read_bytes().splitlines()[:3])
        made = await admin.send("POST", "/v1/imports", content=list_of_two, headers={"Content-Type": "text/csv"})
        ids = {
            "ref": (await a_project(admin, kind="coordination", scope="national"))["id"],
            "scheme": "kunta",
            "import_id": made.json()["id"],
            "organisation_id": await an_organisation(admin),
        }
        params = {
            "/v1/search": {"q": "kokeilu"},
            "/v1/network/edges": {"coordination": ids["ref"], "period": "2026S1"},
        }
    if service == "feedback":
        await a_survey(client("feedback", Grant(Role.service)))
    return {path.format(**ids): params.get(path, {}) for path, _ in list_routes(applications.apps[service])}


def test_no_statement_orders_rows_by_a_name():
    """The lists are one half; this is the other, for the orders that a reader cannot choose."""
    found = []
    for file in sorted((ROOT / "services").rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "attr", getattr(node.func, "id", "")) in ORDERING:
                names = {
                    part.attr
                    for argument in node.args
                    for part in ast.walk(argument)
                    if isinstance(part, ast.Attribute)
                }
                found += [f"{file.relative_to(ROOT)}:{node.lineno}"] * bool(names & {"name", "title"})
    assert found == []


ORDERING = {"order_by", "aggregate_order_by"}


@pytest.mark.parametrize("service", STORING_SERVICES)
async def test_keys_are_compared_by_their_bytes_on_every_server(superuser, service):
    rows = await superuser.fetch(
        "SELECT table_name, collation_name FROM information_schema.columns"
        " WHERE table_schema = $1 AND column_name = 'sort_key' ORDER BY 1",
        service,
    )
    metadata = next(entry.definition.metadata for entry in SERVICES if entry.name == service)
    tables = metadata.sorted_tables
    keyed = sorted(table.name for table in tables for column in table.c if column.type is SORT_KEY)
    assert [(row["table_name"], row["collation_name"]) for row in rows] == [(name, "C") for name in keyed]
