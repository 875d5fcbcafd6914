"""Half-years of events with people, and the figures made of them."""

from datetime import timedelta
from random import Random
from urllib.parse import parse_qsl, urlsplit

from services.contracts.codes import theme_codes
from tests.factories import (
    ADMIN,
    COORDINATION,
    ELSEWHERE,
    PAST,
    SERVICE,
    an_event,
    known_organisations,
    person,
)

ASKED = {"coordination": str(COORDINATION), "period": "2026S1"}


AREA = [{"scheme": "maakunta", "code": "06"}]


OTHER_CALL = "0192f0c1-7a52-7cc0-8f3c-0b7c2f4a9d33"


async def measures(caller, **filters):
    answer = await caller.get("/v1/measures", **{**ASKED, **filters})
    assert answer.status_code == 200, answer.text
    return {item["key"]: item for item in answer.json()["items"]}


async def held(client, *, heads=None, people=0, unknown=0, qualifier="exact", outcome=None, **facts):
    """An event of the past with so many heads and people, and the themes of its outcome.

    So many of the people come from organisations that nobody knows.
    """
    staff = client("events", ADMIN)
    event = await an_event(staff, **{"starts_at": PAST, **facts})
    address = f"/v1/events/{event['id']}"
    if heads is not None:
        counted = await staff.put(f"{address}/headcount", {"count": heads, "qualifier": qualifier})
        assert counted.status_code == 200, counted.text
    for number in range(people):
        body = {name: value for name, value in person(number).items() if name != "privacy_accepted"}
        if number < unknown:
            body["organisation"] = f"Tuntematon {number % 2} Oy"
        assert (await staff.post(f"{address}/walk-ins", body)).status_code == 201
    if outcome is not None:
        assert (await staff.put(f"{address}/outcome", {"themes": {"main": outcome}})).status_code == 200
    return event


async def opened(caller, address, *, listed="events"):
    """All rows that the address of a figure opens, in this list."""
    parts = urlsplit(address)
    assert parts.path == f"/api/events/v1/{listed}"
    filters, rows = dict(parse_qsl(parts.query)), []
    while True:
        answer = await caller.get(f"/v1/{listed}", limit=100, **filters)
        assert answer.status_code == 200, answer.text
        rows += answer.json()["items"]
        if answer.json()["next_cursor"] is None:
            return rows
        filters["cursor"] = answer.json()["next_cursor"]


def extra(item, key):
    return {one["subject"]: one for one in item["extra"] if one["key"] == key}


def codes(item):
    return {one["key"]: set(one["codes"]) for one in item["lists"]}


def lacks(item):
    return {one["code"]: one["count"] for one in item["missing"]}


async def a_half_year(client, seed):
    """Events of most kinds, drawn: with names, heads, calls and outcomes, or without.

    Returns how many people of each event come from organisations that nobody knows.
    """
    await known_organisations(client("events", SERVICE))
    chance = Random(seed)  # noqa: S311 - Invented data, not a secret.
    codes = [*sorted(theme_codes())[:6], "oma-teema"]
    kinds = ["network_day", "major_region_event", "hankekahvit", "benchmarking_trip", "webinar"]
    kinds += ["call_info", "call_clinic"]
    unknown_of = {}
    for kind in [*chance.sample(kinds, 4), *chance.choices(kinds, k=2)]:
        came = chance.choice([{}, {"heads": chance.choice([0, 3, 30])}, {"people": 2}, {"heads": 7, "people": 3}])
        unknown = chance.randint(0, came.get("people", 0))
        event = await held(
            client,
            unknown=unknown,
            type=kind,
            areas=AREA,
            scope=chance.choice(["national", "regional"]),
            call_ids=chance.choice([[], [str(ELSEWHERE)], [str(ELSEWHERE), OTHER_CALL]]),
            starts_at=PAST + timedelta(days=chance.randint(0, 60)),
            outcome=chance.choice([None, [], chance.sample(codes, 3)]),
            qualifier=chance.choice(["exact", "about", "over"]),
            **came,
        )
        unknown_of[event["id"]] = unknown
    # Who came in another period or to an event of a kind that no measure counts stands in no list of a figure.
    await held(client, starts_at=PAST - timedelta(days=365), people=1, unknown=1)
    await held(client, type="steering_group", people=1, unknown=1)
    return unknown_of


async def themes_of(caller, rows):
    outcomes = [(await caller.get(f"/v1/events/{row['id']}/outcome")).json() for row in rows]
    return [{*one["themes"]["main"], *one["themes"]["touched"]} for one in outcomes if one["marked_at"]]


def coverage(themes):
    """The lists of the measure when events dealt with these themes."""
    listed = theme_codes()
    return {
        "covered_themes": listed & themes,
        "uncovered_themes": listed - themes,
        "themes_outside_list": themes - listed,
    }


async def people_without_organisation(caller, item):
    """The number of people whose organisation nobody knows: that of the measure and of the list that it opens."""
    found = [one for one in item["missing"] if one["code"] == "organisation_unknown"]
    for lack in found:
        assert f"period={ASKED['period']}" in lack["rows"] and f"coordination={COORDINATION}" in lack["rows"]
        rows = await opened(caller, lack["rows"], listed="organisation-spellings")
        assert sum(row["attended"] for row in rows) == lack["count"], item["key"]
    return sum(lack["count"] for lack in found)
