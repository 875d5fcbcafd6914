"""A refused request for a token does not tell whether there is a machine client: not by its words, nor its time."""

from uuid import uuid4

from tests.factories import ADMIN
from tests.registry.test_partners import PORTAL, asked_for_a_token, entered, form


async def test_a_refused_client_sends_the_same_statement_whether_it_is_known_or_not(client, statements):
    active, inactive = await entered(client), await entered(client, {**PORTAL, "name": "Suljettu"})
    await client("registry", ADMIN).patch(f"/v1/partners/{inactive['client_id']}", {"active": False}, version=1)
    asking = {
        "unknown": {"client_id": str(uuid4()), "client_secret": "x" * 43},
        "wrong secret": {**active, "client_secret": "x" * 43},
        "switched off": inactive,
        "switched off, wrong secret": {**inactive, "client_secret": "x" * 43},
    }
    sent, answers = {}, {}
    for kind, credentials in asking.items():
        with statements() as sent[kind]:
            answers[kind] = await asked_for_a_token(client, form(credentials))
    assert {answer.status_code for answer in answers.values()} == {401}
    # The lock against a revocation meanwhile, the secret, and the entry of the denial in the audit.
    assert len(sent["unknown"]) == 3
    assert not any("partner_clients.grants" in statement for statement in sent["unknown"])
    assert sent == dict.fromkeys(asking, sent["unknown"])
    assert (await asked_for_a_token(client, form(active))).status_code == 200


async def test_a_client_that_is_switched_off_while_it_asks_is_refused(client, monkeypatch):
    """Between the look at its secret and that at its rights."""
    known = await entered(client)
    read = "services.registry.partners.queries.active_client"

    async def switched_off(*_: object) -> None:
        """Find no client."""

    monkeypatch.setattr(read, switched_off)
    refused = await asked_for_a_token(client, form(known))
    assert (refused.status_code, refused.json()["error"]) == (401, "invalid_client")
