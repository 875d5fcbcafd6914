"""The public list: what it says, of whom, in which order, and when a reader hears that nothing changed."""

import json
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qsl

import pytest

from services.contracts.roles import Grant, Role
from tests.factories import (
    COORDINATION,
    COORDINATOR,
    COORDINATOR_ELSEWHERE,
    ELSEWHERE,
    FUTURE,
    PAST,
    a_draft,
    an_event,
    person,
)

ADDRESS = "/v1/events"
# Signed in, but told no more of these events than the public.
PARTNER_ELSEWHERE = Grant(Role.partner, coordination_id=ELSEWHERE)
COUNTS = ("confirmed_count", "waiting_count", "cancelled_count", "attended_count", "heads", "participants")


async def listed(caller, **params):
    answer = await caller.get(ADDRESS, **params)
    assert answer.status_code == 200, answer.text
    return answer.json()["items"]


async def unchanged(caller, etag, **params):
    return (await caller.get(ADDRESS, headers={"If-None-Match": etag}, **params)).status_code == 304


async def many_sorts_of_events(staff):
    """Every state, optional facts there and not, signs that need care in JSON, and parts of a second."""
    yield await an_event(staff, starts_at=PAST, venue={"fi": 'Sali "A"\\ <b>', "sv": "Åbo 🎉"}, address="Katu 1, Öja")
    yield await an_event(staff, capacity=30, themes=["leadership", "x"], languages=["fi", "sv"], mode="hybrid")
    yield await an_event(staff, capacity=0, waiting_list="auto", areas=[{"scheme": "maakunta", "code": "05"}])
    yield await an_event(staff, capacity=1, scope="regional", registration_opens_at="2098-01-01T00:00:00Z")
    yield await an_event(staff, registration_required=False, marked_as="invented", call_ids=[str(ELSEWHERE)])
    parted = FUTURE + timedelta(microseconds=120_300)
    yield await an_event(staff, starts_at=parted, registration_closes_at="2027-01-01T00:00:00.5Z")
    called_off = await an_event(staff)
    await staff.post(f"{ADDRESS}/{called_off['id']}/cancel", {"reason": {"fi": "Myrsky"}})
    yield called_off


@pytest.mark.parametrize("who", [(), (PARTNER_ELSEWHERE,), (COORDINATOR,), (COORDINATOR_ELSEWHERE,)])
async def test_a_page_says_of_each_event_what_the_event_itself_says(client, who):
    staff = client("events", COORDINATOR)
    events = [event async for event in many_sorts_of_events(staff)]
    await a_draft(staff)
    for number in range(6):
        await client("events").post(f"{ADDRESS}/{events[1]['id']}/registrations", person(number))
    await staff.put(f"{ADDRESS}/{events[0]['id']}/headcount", {"count": 7, "qualifier": "over"})
    caller = client("events", *who)
    items = await listed(caller)
    assert len(items) == len(events) + (COORDINATOR in who)
    for item in items:
        detail = (await caller.get(f"{ADDRESS}/{item['id']}")).json()
        assert item == {name: detail[name] for name in item}
        assert (item["confirmed_count"] is None) != (COORDINATOR in who)
        assert COORDINATOR in who or [item[name] for name in COUNTS] == [None] * len(COUNTS)
    exported = (await caller.get(ADDRESS, format="jsonl")).text.splitlines()
    assert [json.loads(line) for line in exported] == items


@pytest.mark.parametrize("sort", [None, "-starts_at", "title", "-title,starts_at", "starts_at,-title"])
@pytest.mark.parametrize("who", [(), (COORDINATOR,)])
async def test_paging_meets_every_event_once_while_others_are_entered(client, who, sort):
    staff, caller = client("events", COORDINATOR), client("events", *who)
    for number in range(9):
        # Three at a time begin at one instant, and three have one title.
        await an_event(staff, title={"fi": f"Nimi {number % 3}"}, starts_at=FUTURE + timedelta(days=number // 3))
    params = {"limit": 2, **({"sort": sort} if sort else {})}
    whole = [item["id"] for item in await listed(caller, **{**params, "limit": 100})]
    met, page = [], await caller.get(ADDRESS, **params)
    while True:
        met += [item["id"] for item in page.json()["items"]]
        # Before and after what was read already, whatever the order.
        await an_event(staff, title={"fi": "Aivan ensin"}, starts_at=PAST)
        await an_event(staff, title={"fi": "Äärettömän myöhään"}, starts_at=FUTURE + timedelta(days=99))
        if page.json()["next_cursor"] is None or len(met) > 60:
            break
        link = dict(parse_qsl(page.headers["link"].removeprefix("<?").removesuffix('>; rel="next"')))
        told = {name: str(value) for name, value in params.items()}
        assert link == {**told, "cursor": page.json()["next_cursor"]}
        page = await caller.get(ADDRESS, **link)
    assert len(set(met)) == len(met) < 60
    assert [one for one in met if one in whole] == whole


async def test_a_reader_hears_unchanged_until_something_changes(client):
    staff, nobody = client("events", COORDINATOR), client("events")
    event, address = await an_event(staff, capacity=6), ADDRESS

    async def etag() -> str:
        told = (await nobody.get(address)).headers["etag"]
        assert await unchanged(nobody, told) and await unchanged(nobody, f'"x", W/{told}')
        return told

    async def changes(told: str) -> str:
        assert not await unchanged(nobody, told)
        fresh = await etag()
        assert fresh != told
        return fresh

    told = await etag()
    await a_draft(staff)
    assert await unchanged(nobody, told)
    other = await an_event(staff, starts_at=FUTURE + timedelta(days=1))
    told = await changes(told)
    await staff.patch(f"{address}/{event['id']}", {"title": {"fi": "Toinen nimi"}}, version=2)
    told = await changes(told)
    await staff.post(f"{address}/{other['id']}/cancel", {"reason": {"fi": "Myrsky"}})
    told = await changes(told)
    for number in range(6):
        registered = await nobody.post(f"{address}/{event['id']}/registrations", person(number))
        assert registered.status_code == 201
        told = await changes(told)
    assert {item["registration_state"] for item in await listed(nobody)} == {"full", "cancelled"}


async def test_that_registration_closes_is_a_change_though_nothing_is_written(client, superuser):
    nobody = client("events")
    await an_event(client("events", COORDINATOR))
    for seconds in (1, 10, 60):
        # However slow the machine is, one of these is read while registration is still open.
        await superuser.execute(
            "UPDATE events.events SET registration_closes_at = clock_timestamp() + $1 * interval '1s'", seconds
        )
        seen = await nobody.get(ADDRESS)
        if seen.json()["items"][0]["registration_state"] == "open":
            break
    await superuser.execute(
        "SELECT pg_sleep_for(registration_closes_at - clock_timestamp() + interval '1ms') FROM events.events"
    )
    assert not await unchanged(nobody, seen.headers["etag"])
    assert [item["registration_state"] for item in await listed(nobody)] == ["closed"]


async def test_a_page_is_unchanged_whatever_happens_on_others(client):
    staff, nobody = client("events", COORDINATOR), client("events")
    for day in range(3):
        await an_event(staff, starts_at=FUTURE + timedelta(days=day))
    first = await nobody.get(ADDRESS, limit=2)
    last = await nobody.get(ADDRESS, limit=2, cursor=first.json()["next_cursor"])
    assert first.headers["etag"] != last.headers["etag"]
    await an_event(staff, starts_at=FUTURE + timedelta(days=9))
    assert await unchanged(nobody, first.headers["etag"], limit=2)
    assert not await unchanged(nobody, last.headers["etag"], limit=2, cursor=first.json()["next_cursor"])
    # One row less in sight is another page, though the rows are the same.
    assert not await unchanged(nobody, first.headers["etag"], limit=1)


async def test_that_there_is_a_next_page_now_is_a_change(client):
    staff, nobody = client("events", COORDINATOR), client("events")
    await an_event(staff)
    told = (await nobody.get(ADDRESS, limit=1)).headers["etag"]
    await an_event(staff, starts_at=FUTURE + timedelta(days=1))
    assert not await unchanged(nobody, told, limit=1)


async def test_the_public_is_never_answered_like_staff_nor_staff_like_the_public(client):
    staff, nobody = client("events", COORDINATOR), client("events")
    await an_event(staff, capacity=10)
    public, own = [], []
    for _ in range(3):
        public.append(await nobody.get(ADDRESS))
        own.append(await staff.get(ADDRESS))
    for seen in public:
        assert [item["confirmed_count"] for item in seen.json()["items"]] == [None]
        assert seen.headers["cache-control"] == "public, max-age=15"
    for seen in own:
        assert [item["confirmed_count"] for item in seen.json()["items"]] == [0]
        assert seen.headers["cache-control"] == "private, no-cache"
    assert all("Authorization" in seen.headers["vary"] for seen in (*public, *own))
    assert len({seen.headers["etag"] for seen in public}) == len({seen.headers["etag"] for seen in own}) == 1
    for caller, etag in ((nobody, own[0].headers["etag"]), (staff, public[0].headers["etag"])):
        assert not await unchanged(caller, etag)
    refused = await nobody.get(ADDRESS, headers={"Authorization": "Bearer nonsense"})
    assert (refused.status_code, refused.json()["code"]) == (401, "unauthenticated")


async def test_a_304_says_how_long_and_for_whom(client):
    await an_event(client("events", COORDINATOR))
    nobody = client("events")
    first = await nobody.get(ADDRESS)
    again = await nobody.get(ADDRESS, headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    for name in ("etag", "cache-control", "vary"):
        assert again.headers[name] == first.headers[name]
    assert "content-type" not in again.headers


async def test_the_same_words_are_read_the_same_way_the_second_time(client):
    staff, nobody = client("events", COORDINATOR), client("events")
    await an_event(staff, type="webinar")
    words = [
        {"type": "webinar"},
        {"type": "workshop"},
        {"type": "nonsense"},
        {"tpye": "webinar"},
        {"cursor": "abc"},
        {"sort": "id"},
        {"type": "webinar", "limit": 1},
        {"type": "webinar", "format": "csv"},
    ]
    first, second = [[await nobody.get(ADDRESS, **one) for one in words] for _ in range(2)]
    assert [answer.status_code for answer in first] == [200, 200, 422, 422, 400, 422, 200, 200]
    for before, after in zip(first, second, strict=True):
        assert before.status_code == after.status_code
        assert before.headers["content-type"] == after.headers["content-type"]
        if before.status_code == 200:
            assert before.content == after.content
    csv, neither = [await nobody.get(ADDRESS, headers={"Accept": kind}) for kind in ("text/csv", "image/png")]
    assert (csv.headers["content-type"].split(";")[0], neither.status_code) == ("text/csv", 406)
    head = await nobody.send("HEAD", ADDRESS)
    assert (head.status_code, head.content) == (200, b"")


async def test_a_remembered_question_is_answered_with_what_is_there_now(client):
    staff, nobody = client("events", COORDINATOR), client("events")
    past = (datetime(2026, 3, 1, tzinfo=UTC), datetime(2026, 4, 1, tzinfo=UTC))
    params = {"starts_after": past[0].isoformat(), "starts_before": past[1].isoformat(), "held": "true"}
    assert await listed(nobody, **params) == []
    event = await an_event(staff, starts_at=PAST)
    assert [item["id"] for item in await listed(nobody, **params)] == [event["id"]]
    await staff.post(f"{ADDRESS}/{event['id']}/archive")
    assert await listed(nobody, **params) == []
    coordination = {"coordination": str(COORDINATION)}
    assert await listed(nobody, **coordination) == []
