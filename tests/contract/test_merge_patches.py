"""`PATCH` is a JSON merge patch (RFC 7396) of every noun, of the objects inside it too."""

import json
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from services.contracts.services import SERVICE_NAMES
from tests.contract.test_documents import document, operations
from tests.factories import ADMIN, COORDINATOR, a_draft, a_project, a_survey, an_organisation

# It says whose word the patch is, and is no part of the project.
NOT_MERGED = {("/v1/projects/{ref}", "source")}
NOUNS = ("project", "organisation", "event", "survey")


@pytest.fixture
def changed(client):
    """Enter a noun whose required text is the given one. Returns its service, its address and the text's field."""

    async def enter(noun: str, text: dict[str, str]) -> tuple[Any, str, str]:
        match noun:
            case "project":
                caller = client("registry", ADMIN)
                return caller, f"/v1/projects/{(await a_project(caller, name=text))['id']}", "name"
            case "organisation":
                caller = client("registry", ADMIN)
                return caller, f"/v1/organisations/{await an_organisation(caller, name=text)}", "name"
            case "event":
                caller = client("events", COORDINATOR)
                return caller, f"/v1/events/{(await a_draft(caller, title=text))['id']}", "title"
            case _:
                caller = client("feedback", COORDINATOR)
                address = f"/v1/surveys/{await a_survey(caller)}"
                assert (await caller.patch(address, {"title": {"fi": None, **text}}, version=1)).status_code == 200
                return caller, address, "title"

    return enter


def facts(answer: httpx.Response) -> dict[str, object]:
    return {name: value for name, value in answer.json().items() if name != "server_time"}


@pytest.mark.parametrize("noun", NOUNS)
async def test_a_language_is_added_changed_and_removed_alone(changed, noun):
    caller, address, field = await changed(noun, {"sv": "A", "en": "C"})
    etag = (await caller.get(address)).headers["etag"]
    for patch, text in [
        ({"fi": "B"}, {"sv": "A", "en": "C", "fi": "B"}),
        ({"sv": None}, {"en": "C", "fi": "B"}),
        ({"en": "D", "fi": None, "se": "E"}, {"en": "D", "se": "E"}),
    ]:
        answer = await caller.send("PATCH", address, json={field: patch}, headers={"If-Match": etag})
        assert (answer.status_code, answer.json()[field]) == (200, text)
        assert answer.headers["etag"] != etag
        etag = answer.headers["etag"]
        assert (await caller.get(address)).json()[field] == text


@pytest.mark.parametrize("noun", NOUNS)
@pytest.mark.parametrize(
    ("language", "message"),
    [
        ("fi", "Ainakin yhden kielen on jäätävä. Anna teksti toisella kielellä samassa muutoksessa."),
        ("sv", "Minst ett språk måste vara kvar. Ange texten på ett annat språk i samma ändring."),
        ("en", "At least one language must stay. Give the text in another language in the same change."),
    ],
)
async def test_the_last_language_of_a_required_text_stays(changed, noun, language, message):
    caller, address, field = await changed(noun, {"sv": "A"})
    before = await caller.get(address)
    headers = {"If-Match": before.headers["etag"], "Accept-Language": language}
    refused = await caller.send("PATCH", address, json={field: {"sv": None}}, headers=headers)
    assert (refused.status_code, refused.json()["code"]) == (422, "invalid")
    assert refused.json()["errors"] == [{"pointer": f"/body/{field}", "code": "last-language", "message": message}]
    after = await caller.get(address)
    assert (facts(after), after.headers["etag"]) == (facts(before), before.headers["etag"])


@pytest.mark.parametrize("noun", NOUNS)
async def test_a_patch_that_changes_nothing_keeps_the_version_and_announces_nothing(changed, noun, outbox_kinds):
    caller, address, field = await changed(noun, {"sv": "A", "en": "C"})
    before = await caller.get(address)
    service = {"project": "registry", "organisation": "registry", "event": "events", "survey": "feedback"}[noun]
    announced = await outbox_kinds(service)
    for patch in ({}, {field: {}}, {field: {"sv": "A"}}, {field: {"fi": None}}, {field: before.json()[field]}):
        answer = await caller.send("PATCH", address, json=patch, headers={"If-Match": before.headers["etag"]})
        assert (answer.status_code, answer.headers["etag"]) == (200, before.headers["etag"]), answer.text
    assert facts(await caller.get(address)) == facts(before)
    assert await outbox_kinds(service) == announced


@pytest.mark.parametrize("noun", NOUNS)
async def test_the_media_type_of_merge_patches_is_taken_and_other_values_of_a_text_are_refused(changed, noun):
    caller, address, field = await changed(noun, {"sv": "A"})
    version = (await caller.get(address)).headers["etag"]
    headers = {"If-Match": version, "Content-Type": "application/merge-patch+json"}
    for text in (None, "A", [], ["A"], {"sv": ""}, {"sv": {"fi": "A"}}, {"ruotsi": "A"}):
        refused = await caller.send("PATCH", address, content=json.dumps({field: text}), headers=headers)
        assert refused.status_code == 422, (text, refused.text)
    taken = await caller.send("PATCH", address, content=json.dumps({field: {"fi": "B"}}), headers=headers)
    assert (taken.status_code, taken.json()[field]) == (200, {"sv": "A", "fi": "B"})


@pytest.mark.parametrize("noun", NOUNS)
async def test_a_text_has_at_most_twenty_languages_after_the_merge(changed, noun):
    caller, address, field = await changed(noun, {"sv": "A"})
    version = (await caller.get(address)).headers["etag"]
    many = {f"{first}{second}": "x" for first in "abcd" for second in "bcdef"}
    refused = await caller.send("PATCH", address, json={field: many}, headers={"If-Match": version})
    assert [(error["pointer"], error["code"]) for error in refused.json()["errors"]] == [(f"/body/{field}", "too-long")]
    moved = await caller.send("PATCH", address, json={field: {**many, "sv": None}}, headers={"If-Match": version})
    assert moved.status_code == 422  # Twenty-one members are more than a patch may have.
    fewer = {**dict(list(many.items())[:19]), "sv": None}
    moved = await caller.send("PATCH", address, json={field: fewer}, headers={"If-Match": version})
    assert (moved.status_code, len(moved.json()[field])) == (200, 19)


@pytest.mark.parametrize("field", ["description", "venue"])
async def test_an_optional_text_comes_and_goes_as_a_whole_and_by_language(client, field):
    caller = client("events", COORDINATOR)
    address = f"/v1/events/{(await a_draft(caller))['id']}"
    for version, (patch, text) in enumerate(
        [
            ({"fi": "A", "sv": None}, {"fi": "A"}),
            ({"sv": "B"}, {"fi": "A", "sv": "B"}),
            (None, None),
            ({"sv": "B"}, {"sv": "B"}),
            ({"sv": None}, None),
        ],
        start=1,
    ):
        answer = await caller.patch(address, {field: patch}, version=version)
        assert (answer.status_code, answer.json()[field], answer.json()["version"]) == (200, text, version + 1)
    nothing = await caller.patch(address, {field: None}, version=6)
    assert (nothing.status_code, nothing.json()["version"]) == (200, 6)


async def test_lists_are_replaced_as_a_whole(client):
    caller = client("events", COORDINATOR)
    areas = [{"scheme": "maakunta", "code": "06"}, {"scheme": "maakunta", "code": "13"}]
    address = f"/v1/events/{(await a_draft(caller, areas=areas, languages=['fi', 'sv']))['id']}"
    same = await caller.patch(address, {"areas": areas, "languages": ["fi", "sv"]}, version=1)
    assert (same.status_code, same.json()["version"]) == (200, 1)
    one = await caller.patch(address, {"areas": areas[1:], "languages": ["sv"]}, version=1)
    assert (one.json()["areas"], one.json()["languages"], one.json()["version"]) == (areas[1:], ["sv"], 2)
    none = await caller.patch(address, {"areas": []}, version=2)
    assert (none.json()["areas"], none.json()["version"]) == ([], 3)


async def test_the_rules_over_several_fields_judge_the_merged_event(client):
    caller = client("events", COORDINATOR)
    opens_at, closes_at = "2099-02-01T08:00:00Z", "2099-03-01T08:00:00Z"
    window = {"registration_opens_at": opens_at, "registration_closes_at": closes_at}
    address = f"/v1/events/{(await a_draft(caller, **window))['id']}"
    for patch, pointer in [
        ({"registration_closes_at": "2099-01-31T08:00:00Z"}, "/body/registration_closes_at"),
        ({"registration_opens_at": "2099-03-02T08:00:00Z"}, "/body/registration_closes_at"),
        ({"ends_at": "2099-03-11T06:00:00Z"}, "/body/ends_at"),
        ({"starts_at": "2099-03-11T09:00:00Z"}, "/body/ends_at"),
    ]:
        refused = await caller.patch(address, patch, version=1)
        assert refused.status_code == 422, patch
        assert refused.json()["errors"][0]["pointer"] == pointer
    both = {"registration_opens_at": "2099-03-02T08:00:00Z", "registration_closes_at": None}
    assert (await caller.patch(address, both, version=1)).status_code == 200


async def test_a_machine_client_and_a_registration_keep_their_version_when_nothing_changes(client, outbox_kinds):
    admin = client("registry", ADMIN)
    body = {"name": "Portaali", "scopes": ["registry:read", "events:read"]}
    partner = (await admin.post("/v1/partners", body)).json()
    address = f"/v1/partners/{partner['client_id']}"
    same = {"name": "Portaali", "scopes": ["registry:read", "events:read"], "grants": [{"role": "partner"}]}
    for patch in ({}, same, {"active": True}):
        answer = await admin.patch(address, patch, version=1)
        assert (answer.status_code, answer.json()["version"]) == (200, 1), patch
    fewer = await admin.patch(address, {"scopes": ["events:read"]}, version=1)
    assert (fewer.json()["scopes"], fewer.json()["version"]) == (["events:read"], 2)
    # With fewer rights, the tokens that have the former ones are revoked.
    kinds = ["vipu.partner.created.v1", "vipu.principal.revoked.v1", "vipu.partner.changed.v1"]
    assert await outbox_kinds("registry") == kinds


def texts_of(schema: Any, components: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield the objects of a patch's field: of the field itself and of the objects in it, not of lists."""
    schema = components[schema["$ref"].rpartition("/")[2]] if "$ref" in schema else schema
    for option in schema.get("anyOf", []):
        yield from texts_of(option, components)
    if schema.get("type") == "object":
        yield schema
        for inner in schema.get("properties", {}).values():
            yield from texts_of(inner, components)


def takes_null(schema: dict[str, Any]) -> bool:
    return any(option.get("type") == "null" for option in schema.get("anyOf", []))


@pytest.mark.parametrize("service", SERVICE_NAMES)
def test_the_schema_of_each_patch_lets_null_remove_a_member_of_an_object(service):
    components = document(service)["components"]["schemas"]
    for method, path, operation in operations(service):
        if method != "patch":
            continue
        body = operation["requestBody"]["content"]["application/json"]["schema"]
        fields = components[body["$ref"].rpartition("/")[2]]["properties"]
        for name, field in fields.items():
            if (path, name) in NOT_MERGED:
                continue
            for text in texts_of(field, components):
                inner = text.get("additionalProperties")
                members = [*text.get("properties", {}).values(), *([inner] if isinstance(inner, dict) else [])]
                assert members and all(takes_null(member) for member in members), (path, name)
                assert "required" not in text and text.get("minProperties", 0) == 0, (path, name)
