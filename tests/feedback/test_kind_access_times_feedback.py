"""A closed survey does not tell whether a ticket was issued or used: not by its words, and not by its time."""

from services.feedback.tickets.terms import new_ticket
from tests.factories import SERVICE, a_survey, close, respond, tickets_of


async def test_all_tickets_of_a_closed_survey_are_answered_alike_by_the_same_statements(client, statements):
    service, anonymous = client("feedback", SERVICE), client("feedback")
    survey_id, other = await a_survey(service), await a_survey(service)
    used, unused = await tickets_of(service, survey_id, 2)
    [foreign] = await tickets_of(service, other, 1)
    assert (await respond(anonymous, survey_id, used)).status_code == 201
    await close(service, survey_id)
    kinds = {"used": used, "unused": unused, "foreign": foreign, "never issued": new_ticket()}
    sent, answers = {}, {}
    for kind, ticket in kinds.items():
        with statements() as sent[kind]:
            answer = await respond(anonymous, survey_id, ticket)
            checked = await anonymous.send("HEAD", f"/v1/surveys/{survey_id}/responses", headers={"X-Ticket": ticket})
        body = {**answer.json(), "instance": ""}
        answers[kind] = answer.status_code, body, sorted(answer.headers), checked.status_code, sorted(checked.headers)
    assert answers["used"][0] == 409 and answers["used"][3] == 410
    assert answers == dict.fromkeys(kinds, answers["used"])
    assert sent == dict.fromkeys(kinds, sent["used"])
