"""Pages: they show every row once, whatever its name; cursors are unreadable and valid for one list alone."""

import base64
from datetime import UTC, date, datetime
from decimal import Decimal
from uuid import UUID

import pytest

from services.contracts.roles import Grant, Role
from services.kernel.lists.pages import Cursors
from services.kernel.web.errors import InvalidCursor

ADMIN = Grant(Role.admin)
VALUES = [
    "Kanerva",
    "ä" * 300,
    "🙂" * 300,
    7,
    2**62,
    1.5,
    True,
    date(2026, 11, 21),
    datetime(2026, 11, 21, 7, 0, 0, 1, tzinfo=UTC),
    Decimal("1.50"),
    UUID(int=7),
]


def test_an_opened_cursor_has_the_values_that_were_sealed():
    cursors = Cursors("key")
    opened = cursors.open("here", cursors.seal("here", VALUES))
    assert opened == VALUES
    assert [type(value) for value in opened] == [type(value) for value in VALUES]


def test_a_cursor_shows_only_that_it_is_the_same_position():
    cursor = Cursors("key").seal("here", ["Kanerva"])
    assert cursor == Cursors("key").seal("here", ["Kanerva"])
    assert cursor != Cursors("key").seal("there", ["Kanerva"])
    assert b"Kanerva" not in base64.urlsafe_b64decode(cursor + "==")


@pytest.mark.parametrize("change", ["another place", "another key", "one bit", "cut", "longer", "nothing", "ä", "\x00"])
def test_a_cursor_that_was_changed_is_refused(change):
    cursor = Cursors("key").seal("here", ["Kanerva"])
    raw = bytearray(base64.urlsafe_b64decode(cursor + "=="))
    raw[20] ^= 1
    given = {
        "one bit": base64.urlsafe_b64encode(raw).decode(),
        "cut": cursor[:-4],
        "longer": cursor + "AAAA",
        "nothing": "",
        "ä": "ä",
        "\x00": "\x00",
    }.get(change, cursor)
    with pytest.raises(InvalidCursor):
        Cursors("other" if change == "another key" else "key").open(
            "there" if change == "another place" else "here", given
        )


async def test_a_cursor_belongs_to_its_list_order_and_filters(client):
    admin = client("registry", ADMIN)
    for number in range(3):
        await admin.post("/v1/organisations", {"kind": "company", "name": {"fi": f"Yritys {number}"}})
    cursor = (await admin.get("/v1/organisations", limit=1, sort="name")).json()["next_cursor"]
    fits = await admin.get("/v1/organisations", limit=1, sort="name", cursor=cursor)
    others = [
        await admin.get("/v1/organisations", limit=1, sort="-name", cursor=cursor),
        await admin.get("/v1/organisations", limit=1, sort="name", kind="company", cursor=cursor),
        await admin.get("/v1/projects", limit=1, sort="name", cursor=cursor),
        await client("events", ADMIN).get("/v1/events", limit=1, cursor=cursor),
    ]
    assert fits.status_code == 200, fits.text
    assert [(other.status_code, other.json()["code"]) for other in others] == [(400, "invalid-cursor")] * 4


async def test_the_longest_names_do_not_end_a_list(client):
    admin = client("registry", ADMIN)
    for letter in "äöå":
        name = letter + "🙂" * 298 + letter
        made = await admin.post("/v1/organisations", {"kind": "company", "name": {"fi": name}})
        assert made.status_code == 201, made.text
    seen, cursor = [], None
    while True:
        more = {"cursor": cursor} if cursor else {}
        page = (await admin.get("/v1/organisations", limit=1, sort="name", **more)).json()
        seen += [item["name"]["fi"][0] for item in page["items"]]
        if (cursor := page["next_cursor"]) is None:
            break
    assert sorted(seen) == sorted("äöå")
