"""The content of requests in the form of statements about a project."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final, cast
from uuid import UUID

from pydantic import BaseModel, TypeAdapter

from services.kernel.background.messages import JsonValue
from services.kernel.patches import merged_changes
from services.registry.statements import facts as statement_facts
from services.registry.statements.service import PersonFact
from services.registry.statements.terms import KEY_MEMBERS, ONLY, SINGLE, STATE, TEXTS, Facts

from .checks import needs_reason
from .schemas import ProjectCreate, ProjectPatch

Document = Mapping[str, JsonValue]
_JSON: Final = TypeAdapter(dict[str, object])


def facts_of_create(body: ProjectCreate) -> Facts:
    """Return the facts of a new project."""
    return statement_facts.facts_of({**as_json(body), STATE: _state(body.state, body.state_since_on, reason_of(body))})


def reason_of(body: ProjectCreate | ProjectPatch) -> str | None:
    """Return the reason of the body's state: the caller's sentence, or, where one is needed, the list that says so."""
    if body.reason or body.source is None or body.state is None or not needs_reason(body.state):
        return body.reason
    return body.source.label


def person_facts(facts: Facts) -> list[PersonFact]:
    """Return the facts as a person's, each line at its place in its list."""
    return [
        PersonFact(field, key, value, place)
        for field, said in facts.items()
        for place, (key, value) in enumerate(said.items())
    ]


def as_json(body: BaseModel) -> dict[str, JsonValue]:
    """Return the sent fields of a body as JSON values, their items with all members."""
    return cast("dict[str, JsonValue]", body.model_dump(mode="json", include=body.model_fields_set))


def _state(state: object, since_on: object, reason: str | None) -> JsonValue:
    entry = {"state": state, "since_on": since_on, "reason": reason}
    return cast("JsonValue", _JSON.dump_python({name: value for name, value in entry.items() if value}, mode="json"))


def name_answering(body: ProjectCreate | ProjectPatch, merged: Mapping[str, str]) -> None:
    """Name, in the place of each party that was merged, the organisation that answers for it."""
    for party in body.parties or ():
        named = str(party.organisation_id)
        party.organisation_id = UUID(merged.get(named, named))


def changed_facts(body: ProjectPatch, shown: Document, merged: Mapping[str, str]) -> list[PersonFact]:
    """Return what the patch says that is not shown already. A null value says that there is none.

    Texts are merged by language (RFC 7396), lists are compared line by line: a missing line becomes "there is none".
    There is none of a party either in whose place it is shown, because the two were `merged`.
    Raises: Invalid (a project without a name).
    """
    sent = as_json(body)
    texts: dict[str, object] = {name: shown[name] for name in TEXTS if name in sent and shown[name] is not None}
    whole = merged_changes(body, texts)
    facts = [fact for name in TEXTS if name in whole for fact in _text(name, whole[name], shown[name])]
    facts += [PersonFact(name, ONLY, sent[name]) for name in SINGLE if name in sent and sent[name] != shown[name]]
    for name in KEY_MEMBERS:
        if name in sent:
            facts += _lines(name, cast("list[dict[str, JsonValue]]", sent[name]), shown)
    facts += [one for fact in facts if fact.field == "parties" for one in _said_of_merged(fact, merged)]
    return facts + list(_changed_state(body, shown))


def _said_of_merged(fact: PersonFact, merged: Mapping[str, str]) -> Iterator[PersonFact]:
    """Yield "there is none" for the organisations in whose place the party is shown that is none any more."""
    party = statement_facts.members_of(fact.field, fact.key)
    for organisation_id, answering in merged.items():
        if fact.value is None and answering == party["organisation_id"]:
            key = statement_facts.key_of(fact.field, {**party, "organisation_id": organisation_id})
            yield PersonFact(fact.field, key, None)


def _text(name: str, new: object, shown: JsonValue) -> Iterator[PersonFact]:
    before = shown if isinstance(shown, dict) else {}
    after = new if isinstance(new, dict) else {}
    for language in sorted({*before, *after}):
        if before.get(language) != after.get(language):
            yield PersonFact(name, language, after.get(language))


def _lines(name: str, sent: Sequence[dict[str, JsonValue]], shown: Document) -> Iterator[PersonFact]:
    before = cast("list[dict[str, JsonValue]]", shown[name])
    known = {statement_facts.key_of(name, line): line for line in before}
    said = statement_facts.lines(name, sent)
    for place, (key, value) in enumerate(said.items()):
        if key not in known or value != _comparable(name, known[key], value):
            yield PersonFact(name, key, value, place)
    for key in known.keys() - said.keys():
        yield PersonFact(name, key, None)


def _comparable(name: str, line: Mapping[str, JsonValue], sent: JsonValue) -> JsonValue:
    """Return what a shown line says. The day of a sum of lists is theirs: a caller need not repeat it."""
    value = statement_facts.value_of(name, line)
    if line.get("parts") and isinstance(sent, dict) and "as_of" not in sent:
        value.pop("as_of", None)
    return value


def _changed_state(body: ProjectPatch, shown: Document) -> Iterator[PersonFact]:
    """Yield the new state, or the present one with another first day."""
    present = cast("list[dict[str, JsonValue]]", shown["states"])
    last = present[-1] if present else {}
    if body.state is not None and body.state != shown[STATE]:
        yield PersonFact(STATE, ONLY, _state(body.state, body.state_since_on, reason_of(body)))
    elif "state_since_on" in body.model_fields_set and _day(body.state_since_on) != last.get("since_on"):
        reason = cast("str | None", last.get("reason"))
        yield PersonFact(STATE, ONLY, _state(shown[STATE], body.state_since_on, reason))


def _day(day: object) -> str | None:
    return str(day) if day else None


def list_facts(body: ProjectPatch, shown: Document) -> Facts:
    """Return the sent fields as facts of a list that the caller names as their source.

    A text without a language says nothing in that language.
    """
    facts = statement_facts.facts_of(as_json(body))
    states = [fact.value for fact in _changed_state(body, shown)]
    return {**facts, STATE: {ONLY: states[0]}} if states else {name: facts[name] for name in facts if name != STATE}
