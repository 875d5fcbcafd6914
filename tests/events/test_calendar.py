"""The calendar: events entered, published, changed, cancelled, found."""

from datetime import timedelta

import pytest

from services.contracts.roles import Grant, Role
from tests.factories import (
    ADMIN,
    COORDINATION,
    COORDINATOR,
    COORDINATOR_ELSEWHERE,
    ELSEWHERE,
    FUNDER,
    FUTURE,
    PAST,
    a_draft,
    an_event,
    event_body,
    person,
)


async def test_a_draft_is_its_coordinations_alone_until_it_is_published(client, outbox_kinds):
    staff = client("events", COORDINATOR)
    draft = await a_draft(staff)
    address = f"/v1/events/{draft['id']}"
    assert (draft["publication_status"], draft["event_status"], draft["registration_state"]) == (
        "draft",
        "scheduled",
        "not_open",
    )
    others = [client("events"), client("events", COORDINATOR_ELSEWHERE), client("events", FUNDER)]
    assert [(await other.get(address)).status_code for other in others] == [404, 404, 404]
    assert (await client("events", COORDINATOR_ELSEWHERE).post(f"{address}/publish")).status_code == 404
    published = await staff.post(f"{address}/publish")
    assert (published.status_code, published.headers["etag"]) == (200, '"v2"')
    assert [(await other.get(address)).status_code for other in others] == [200, 200, 200]
    assert (await client("events").get(f"/v1/events/{draft['slug']}")).json()["id"] == draft["id"]
    assert (await staff.post(f"{address}/publish")).json()["code"] == "state-conflict"
    assert await outbox_kinds("events") == ["vipu.event.created.v1", "vipu.event.published.v1"]


@pytest.mark.parametrize(
    ("grants", "status"), [((), 401), ((FUNDER,), 403), ((COORDINATOR_ELSEWHERE,), 403), ((COORDINATOR,), 201)]
)
async def test_events_are_entered_by_the_coordinations_own_staff(client, outbox_kinds, grants, status):
    entered = await client("events", *grants).post("/v1/events", event_body())
    assert entered.status_code == status
    assert len(await outbox_kinds("events")) == (1 if status == 201 else 0)


async def test_the_public_sees_neither_counts_nor_the_join_link(client):
    staff = client("events", COORDINATOR)
    event = await an_event(staff, join_url="https://meet.example/secret", capacity=10)
    address = f"/v1/events/{event['id']}"
    seen, own = (await client("events").get(address)), (await staff.get(address))
    assert (seen.json()["join_url"], seen.json()["confirmed_count"], seen.json()["seats_left"]) == (None, None, 10)
    assert (own.json()["join_url"], own.json()["confirmed_count"]) == ("https://meet.example/secret", 0)
    assert own.headers["cache-control"] == "no-store"
    assert "secret" not in (await client("events").get("/v1/events")).text


async def test_every_type_of_event_is_entered(client):
    staff = client("events", COORDINATOR)
    kinds = [
        "hankekahvit", "webinar", "network_day", "major_region_event", "call_info", "call_clinic", "kick_off",
        "regional_visit", "expert_group", "steering_group", "management_board", "training", "workshop",
        "benchmarking_trip", "study_visit", "other",
    ]  # fmt: skip
    entered = [(await staff.post("/v1/events", event_body(type=kind))).status_code for kind in kinds]
    assert entered == [201] * 16


async def test_a_slug_is_made_of_title_and_day_and_never_shared(client):
    staff = client("events", COORDINATOR)
    first, second = [await a_draft(staff, title={"fi": "Työelämän Äänet!"}) for _ in range(2)]
    assert first["slug"] == "tyoelaman-aanet-2099-03-11"
    assert second["slug"].startswith("tyoelaman-aanet-2099-03-11-") and second["slug"] != first["slug"]
    taken = await staff.post("/v1/events", event_body(slug=first["slug"]))
    assert (taken.status_code, taken.json()["code"]) == (409, "slug-taken")
    uuid_like = await staff.post("/v1/events", event_body(slug="0192f0c1-7a52-7cc0-8f3c-0b7c2f4a9d11"))
    assert uuid_like.status_code == 422


@pytest.mark.parametrize(
    ("facts", "code"),
    [
        ({"ends_at": FUTURE - timedelta(hours=1)}, "ends-before-start"),
        ({"ends_at": FUTURE + timedelta(days=32)}, "too-long"),
        (
            {
                "registration_opens_at": "2099-02-01T00:00:00Z",
                "registration_closes_at": "2099-01-01T00:00:00Z",
            },
            "closes-before-opening",
        ),
        ({"registration_closes_at": "2099-12-01T00:00:00Z"}, "closes-after-end"),
        ({"cancel_until_at": "2099-12-01T00:00:00Z"}, "cancels-after-end"),
        ({"capacity": 100_001}, "less-than-equal"),
        ({"capacity": 2**63}, "less-than-equal"),
        ({"time_zone": "Europe/Turku"}, "value-error"),
        ({"starts_at": FUTURE.replace(year=2199)}, "value-error"),
        ({"title": {"fi": "\x00"}}, "value-error"),
        ({"join_url": "javascript:alert(1)"}, "string-pattern-mismatch"),
    ],
)
async def test_facts_that_contradict_each_other_are_refused(client, outbox_kinds, facts, code):
    refused = await client("events", COORDINATOR).post("/v1/events", event_body(**facts))
    assert refused.status_code == 422, refused.text
    assert code in [error["code"] for error in refused.json()["errors"]]
    assert await outbox_kinds("events") == []


async def test_a_typo_changes_no_calendar_and_a_new_time_does(client, outbox_kinds):
    staff = client("events", COORDINATOR)
    event = await an_event(staff)
    address = f"/v1/events/{event['id']}"
    typo = (await staff.patch(address, {"title": {"fi": "Hankekahvi"}}, version=2)).json()
    assert (typo["ical_sequence"], typo["event_status"], typo["version"]) == (0, "scheduled", 3)
    later = {"starts_at": "2099-03-12T07:00:00Z", "ends_at": "2099-03-12T08:00:00Z"}
    moved = (await staff.patch(address, later, version=3)).json()
    assert (moved["ical_sequence"], moved["event_status"]) == (1, "rescheduled")
    assert moved["previous_starts_at"] == "2099-03-11T07:00:00Z"
    online = (await staff.patch(address, {"event_status": "moved_online", "mode": "online"}, version=4)).json()
    assert (online["ical_sequence"], online["event_status"], online["ical_uid"]) == (
        2,
        "moved_online",
        event["ical_uid"],
    )
    assert (await outbox_kinds("events"))[2:] == ["vipu.event.changed.v1"] * 3


async def test_the_second_of_two_editors_is_told(client):
    staff = client("events", COORDINATOR)
    address = f"/v1/events/{(await a_draft(staff))['id']}"
    changes = [await staff.patch(address, {"address": place}, version=1) for place in ("Katu 1", "Katu 2")]
    assert [change.status_code for change in changes] == [200, 412]
    assert (await staff.patch(address, {"address": "Katu 3"})).status_code == 428
    assert (await staff.patch(address, {"title": None}, version=2)).status_code == 422
    assert (await staff.patch(address, {"event_status": "cancelled"}, version=2)).status_code == 422
    assert (await staff.get(address)).json()["address"] == "Katu 1"


@pytest.mark.parametrize(("grants", "status"), [((FUNDER,), 403), ((COORDINATOR_ELSEWHERE,), 403), ((ADMIN,), 200)])
async def test_a_published_event_is_changed_by_its_staff_alone(client, grants, status):
    event = await an_event(client("events", COORDINATOR))
    changed = await client("events", *grants).patch(f"/v1/events/{event['id']}", {"address": "Katu 1"}, version=2)
    assert changed.status_code == status


async def test_cancelling_is_the_end(client, outbox_kinds):
    staff = client("events", COORDINATOR)
    event = await an_event(staff)
    address = f"/v1/events/{event['id']}"
    cancelled = await staff.post(f"{address}/cancel", {"reason": {"fi": "Sairastapaus"}})
    assert cancelled.status_code == 200, cancelled.text
    assert (cancelled.json()["event_status"], cancelled.json()["registration_state"]) == ("cancelled", "cancelled")
    assert cancelled.json()["ical_sequence"] == 1
    again = await staff.post(f"{address}/cancel", {"reason": {"fi": "Taas"}})
    changed = await staff.patch(address, {"address": "Katu 1"}, version=3)
    assert [(a.status_code, a.json()["code"]) for a in (again, changed)] == [(409, "event-cancelled")] * 2
    assert (await outbox_kinds("events"))[2:] == ["vipu.event.cancelled.v1"]
    draft = await a_draft(staff)
    await staff.post(f"/v1/events/{draft['id']}/cancel", {"reason": {"fi": "Ei sittenkään"}})
    assert (await staff.post(f"/v1/events/{draft['id']}/publish")).json()["code"] == "event-cancelled"
    assert (await client("events").get(address)).json()["cancel_reason"] == {"fi": "Sairastapaus"}


async def test_only_what_is_over_is_archived_and_its_figures_still_open_to_their_rows(client):
    staff = client("events", COORDINATOR)
    past, coming = await an_event(staff, starts_at=PAST), await an_event(staff)
    assert (await staff.post(f"/v1/events/{coming['id']}/archive")).json()["code"] == "state-conflict"
    assert (await staff.post(f"/v1/events/{past['id']}/archive")).json()["publication_status"] == "archived"
    found = {"coordination": str(COORDINATION), "held": "true", "period": "2026S1"}
    strangers = [client("events"), client("events", COORDINATOR_ELSEWHERE)]
    callers = [*strangers, client("events", FUNDER), client("events", Grant(Role.funder)), staff]
    seen = [[one["id"] for one in (await caller.get("/v1/events", **found)).json()["items"]] for caller in callers]
    assert seen == [[], [], *[[past["id"]]] * 3]


@pytest.mark.parametrize(
    ("facts", "state"),
    [
        ({}, "open"),
        ({"registration_required": False}, "none_required"),
        ({"registration_opens_at": "2098-01-01T00:00:00Z"}, "not_open"),
        ({"registration_closes_at": "2026-01-01T00:00:00Z"}, "closed"),
        ({"starts_at": PAST}, "closed"),
        ({"capacity": 0}, "full"),
        ({"capacity": 0, "waiting_list": "auto"}, "open_waitlist"),
        ({"capacity": 0, "waiting_list": "auto", "waiting_capacity": 0}, "full"),
    ],
)
async def test_the_registration_state_follows_the_databases_clock(client, facts, state):
    event = await an_event(client("events", COORDINATOR), **facts)
    assert event["registration_state"] == state
    seen = (await client("events").get(f"/v1/events/{event['id']}")).json()
    assert (seen["registration_state"], seen["opens_in_seconds"] is not None) == (state, state == "not_open")


async def test_events_are_found_by_their_facts(client):
    staff = client("events", ADMIN)
    coffee = await an_event(staff, starts_at=PAST, themes=["leadership"], areas=[{"scheme": "maakunta", "code": "05"}])
    webinar = await an_event(
        staff, type="webinar", title={"fi": "Verkossa", "sv": "På nätet"}, mode="hybrid", scope="regional"
    )
    other = await an_event(staff, coordination_id=str(ELSEWHERE), call_ids=[str(ELSEWHERE)])
    await a_draft(staff, title={"fi": "Luonnos"})
    nobody = client("events")

    async def found(**filters: object) -> list[str]:
        answer = await nobody.get("/v1/events", **filters)
        assert answer.status_code == 200, answer.text
        return [item["id"] for item in answer.json()["items"]]

    assert await found() == [coffee["id"], *sorted([webinar["id"], other["id"]])]
    assert await found(coordination=str(COORDINATION)) == [coffee["id"], webinar["id"]]
    assert await found(type=["webinar", "workshop"]) == [webinar["id"]]
    assert await found(scope="regional") == [webinar["id"]]
    assert await found(mode="hybrid") == [webinar["id"]]
    assert await found(theme="leadership") == [coffee["id"]]
    assert await found(area=["maakunta:05", "maakunta:06"]) == [coffee["id"]]
    assert await found(held=True) == [coffee["id"]]
    assert await found(period="2026-03") == [coffee["id"]]
    assert await found(period="2026S2") == []
    assert await found(starts_after="2027-01-01T00:00:00Z", coordination=str(ELSEWHERE)) == [other["id"]]
    assert await found(starts_before="2027-01-01T00:00:00Z") == [coffee["id"]]
    assert await found(q="nätet") == [webinar["id"]]
    assert await found(q="%") == []
    assert await found(call_linked=True) == [other["id"]]
    assert await found(call=str(ELSEWHERE)) == [other["id"]]
    assert await found(status="cancelled") == []
    assert await found(sort="-title,starts_at", q="e") == [webinar["id"], *await found(q="Hankekahvit")][:3]
    assert [item["id"] for item in (await staff.get("/v1/events", publication_status="draft")).json()["items"]]


async def test_an_event_with_a_title_in_another_language_alone_is_found_and_sorted(client):
    staff = client("events", COORDINATOR)
    for title in ({"smn": "Ärrá", "se": "Girji"}, {"fi": "Kirja"}, {"sv": "Bok", "se": "Áigi"}):
        await an_event(staff, title=title)
    found = (await client("events").get("/v1/events", q="girji")).json()["items"]
    assert [item["title"] for item in found] == [{"se": "Girji", "smn": "Ärrá"}]
    listed = (await client("events").get("/v1/events", sort="title")).json()["items"]
    assert [item["title"].get("se") for item in listed] == ["Áigi", "Girji", None]


async def test_a_coordination_is_found_by_the_slug_the_registry_last_told(client, applications):
    teller = client("events", Grant(Role.service))
    staff = client("events", COORDINATOR)
    event = await an_event(staff)

    async def tell(number: int, version: int, slug: str, *, leads: bool = True) -> None:
        data = {"project_id": str(COORDINATION), "leads": leads, "slug": slug, "name": {"fi": slug}}
        message = {
            "specversion": "1.0",
            "id": f"0192f0c1-7a52-7cc0-8f3c-0b7c2f4a9e{number:02}",
            "source": "/api/registry",
            "type": "vipu.project.changed.v1",
            "subject": str(COORDINATION),
            "time": "2026-11-01T00:00:00Z",
            "datacontenttype": "application/json",
            "data": {**data, "version": version},
        }
        answer = await teller.post("/v1/messages", {"messages": [message]})
        assert answer.status_code == 202, answer.text

    await tell(1, 2, "parempi-tyoelama")
    await tell(2, 1, "vanha-nimi")
    await tell(3, 3, "pilotti", leads=False)
    assert len((await staff.get("/v1/events", coordination="parempi-tyoelama")).json()["items"]) == 1
    assert (await staff.get("/v1/events", coordination="vanha-nimi")).json()["items"] == []
    seen = (await client("events").get(f"/v1/events/{event['slug']}")).json()
    assert seen["organiser"] == {
        "id": str(COORDINATION),
        "slug": "parempi-tyoelama",
        "name": {"fi": "parempi-tyoelama"},
    }


async def test_cancelling_ends_every_registration_and_moves_nobody_up(client, applications, superuser):
    staff = client("events", COORDINATOR)
    event = await an_event(staff, capacity=1, waiting_list="auto")
    for number in range(3):
        await client("events").post(f"/v1/events/{event['id']}/registrations", person(number))
    before = await superuser.fetch("SELECT id, ical_sequence FROM events.registrations")
    cancelled = (await staff.post(f"/v1/events/{event['id']}/cancel", {"reason": {"fi": "Myrsky"}})).json()
    counts = [cancelled[name] for name in ("confirmed_count", "waiting_count", "cancelled_count")]
    assert counts == [0, 0, 3]
    rows = await superuser.fetch("SELECT state, cancelled_by, ical_sequence FROM events.registrations")
    assert {tuple(row) for row in rows} == {("cancelled", "system", 1)}
    assert len(before) == 3
    for _ in range(2):
        await applications.worker("events").drain()
    told = await superuser.fetch("SELECT kind, count(*) AS n FROM events.mails GROUP BY kind ORDER BY kind")
    assert [tuple(row) for row in told] == [("confirmation", 1), ("event_cancelled", 3), ("queued", 2)]
    full = await client("events").post(f"/v1/events/{event['id']}/registrations", person(9))
    assert (full.status_code, full.json()["code"]) == (409, "event-cancelled")


async def test_what_the_calendar_refuses_is_said_in_the_asked_language(client):
    staff = client("events", COORDINATOR)
    event = await an_event(staff)
    told = {
        "fi": ("Tapahtuma on jo julkaistu.", "Tapahtuma voi kestää enintään 31 päivää."),
        "sv": ("Evenemanget har redan publicerats.", "Ett evenemang kan pågå i högst 31 dagar."),
        "en": ("The event has already been published.", "An event can last at most 31 days."),
    }
    for language, (detail, message) in told.items():
        headers = {"Accept-Language": language}
        again = await staff.post(f"/v1/events/{event['id']}/publish", headers=headers)
        assert (again.json()["detail"], again.headers["content-language"]) == (detail, language)
        long = await staff.post("/v1/events", event_body(ends_at=FUTURE + timedelta(days=40)), headers=headers)
        assert [(field["code"], field["message"]) for field in long.json()["errors"]] == [("too-long", message)]
