"""People see the message of a field alone: it tells which item of a list is meant, in every service."""

import pytest

from services.contracts.words import Phrase
from services.kernel.web.errors import InvalidField
from tests.factories import ADMIN, an_event

ITEM = {"fi": "Kohta 2: ", "sv": "Punkt 2: ", "en": "Item 2: "}


@pytest.mark.parametrize("language", ["fi", "sv", "en"])
async def test_a_wrong_part_of_an_item_of_a_list_is_told_by_the_number_of_the_item(client, language):
    event = await an_event(client("events", ADMIN))
    marks = [{"registration_id": event["id"], "attendance": "attended"}, {"registration_id": "?", "attendance": "yes"}]
    area = {"scheme": "maakunta", "code": "06"}
    project = {"kind": "pilot", "scope": "regional", "state": "running", "name": {"fi": "Kokeilu"}}
    agency = {"kind": "agency", "name": {"fi": "Virasto"}}
    cases = [
        ("events", "PUT", f"/v1/events/{event['id']}/attendance", {"items": marks}),
        ("registry", "POST", "/v1/organisations", {**agency, "areas": [area, {"scheme": 1}]}),
        ("registry", "POST", "/v1/organisations", {**agency, "areas": [area, {**area, "code": "99"}]}),
        ("registry", "POST", "/v1/projects", {**project, "areas": [area, {**area, "code": "99"}]}),
    ]
    for service, method, address, body in cases:
        refused = await client(service, ADMIN).send(method, address, json=body, headers={"Accept-Language": language})
        assert refused.status_code == 422, (address, refused.text)
        messages = [error["message"] for error in refused.json()["errors"] if "/1/" in error["pointer"]]
        assert messages, refused.text
        assert all(message.startswith(ITEM[language]) for message in messages), messages


@pytest.mark.parametrize(
    ("pointer", "message"),
    [
        ("/body/items/0/mode", "Item 1: This value is missing."),
        ("/body/questions/9/choices/1/label/fi", "Item 10.2: This value is missing."),
        ("/body/items", "This value is missing."),
        ("/body/answers/q1/label", "This value is missing."),
        ("/query/state/0/code", "This value is missing."),
    ],
)
def test_an_item_is_counted_from_one_in_the_body_alone(pointer, message):
    field = InvalidField(pointer, "missing", Phrase("validation.missing"))
    assert (field.in_language("en").pointer, field.in_language("en").message) == (pointer, message)
