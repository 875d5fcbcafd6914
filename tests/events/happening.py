"""What tests of events start from: an event, and people who sign up to it."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from services.contracts.roles import Grant, Role
from tests.client import ApiClient

COORDINATION = UUID("0192f0c1-7a52-7cc0-8f3c-0b7c2f4a9d11")
ELSEWHERE = UUID("0192f0c1-7a52-7cc0-8f3c-0b7c2f4a9d22")
ADMIN = Grant(Role.admin)
COORDINATOR = Grant(Role.coordinator, coordination_id=COORDINATION)
COORDINATOR_ELSEWHERE = Grant(Role.coordinator, coordination_id=ELSEWHERE)
FUNDER = Grant(Role.funder, coordination_id=COORDINATION)

# Past and future of every test run: no test looks at the clock.
PAST = datetime(2026, 3, 11, 7, 0, tzinfo=UTC)
FUTURE = datetime(2099, 3, 11, 7, 0, tzinfo=UTC)


def event_body(**facts: object) -> dict[str, object]:
    """A coffee in the far future, unless the facts say otherwise."""
    starts_at = facts.pop("starts_at", FUTURE)
    assert isinstance(starts_at, datetime)
    ends_at = facts.pop("ends_at", starts_at + timedelta(hours=1))
    assert isinstance(ends_at, datetime)
    return {
        "coordination_id": str(COORDINATION),
        "type": "hankekahvit",
        "title": {"fi": "Hankekahvit"},
        "starts_at": starts_at.isoformat(),
        "ends_at": ends_at.isoformat(),
        **facts,
    }


async def a_draft(staff: ApiClient, **facts: object) -> dict[str, object]:
    """An event nobody else sees yet."""
    entered = await staff.post("/v1/events", event_body(**facts))
    assert entered.status_code == 201, entered.text
    body: dict[str, object] = entered.json()
    return body


async def an_event(staff: ApiClient, **facts: object) -> dict[str, object]:
    """A published event."""
    draft = await a_draft(staff, **facts)
    published = await staff.post(f"/v1/events/{draft['id']}/publish")
    assert published.status_code == 200, published.text
    body: dict[str, object] = published.json()
    return body


def person(number: int = 1, **facts: object) -> dict[str, object]:
    """Somebody who does not exist."""
    return {
        "name": f"Henkilö {number}",
        "email": f"henkilo{number}@yritys.example",
        "organisation": f"Yritys {number % 3} Oy",
        "privacy_accepted": True,
        **facts,
    }
