"""The changes of a row to the shown facts, in the fields of its list."""

import json
from collections.abc import Iterator, Mapping
from typing import cast

from services.kernel.background.messages import JsonValue
from services.kernel.text import pick
from services.registry.nouns.rows import Change, ListRow
from services.registry.statements import facts as statement_facts
from services.registry.statements.terms import KEY_MEMBERS, STATE, TEXTS

from .list_fields import FIELDS, Document, Lines, Meaning
from .shown import Preview, comparable


def changes_of(row: ListRow, meaning: Meaning, preview: Preview, names: Mapping[str, str]) -> Iterator[Change]:
    """Yield what is shown otherwise with the row, field by field, and what persons keep. `names` are of organisations.

    A change that no field of the list explains has the name of the project's field.
    """
    before, after = comparable(preview.before), comparable(preview.after)
    changed = {field for field, value in after.items() if before[field] != value}
    names = {**_names_in(preview.before), **names}
    explained: set[str] = set()
    for name, field in FIELDS.items():
        shown_before, shown_after = field.shows(preview.before, meaning), field.shows(preview.after, meaning)
        if field.covers & changed and shown_before != shown_after:
            explained |= field.covers
            yield Change(name, _as_text(shown_before, names), _as_text(shown_after, names))
        elif name in row.values and (own := _kept_out(name, row, meaning, preview)) is not None:
            yield Change(name, _as_text(shown_before, names), _as_text(own, names), kept=True)
    for name in sorted(changed - explained):
        yield Change(name, _as_text(preview.before.get(name), names), _as_text(preview.after[name], names))


def _kept_out(name: str, row: ListRow, meaning: Meaning, preview: Preview) -> JsonValue:
    """Return what the row says for the field where a person says something else; None where no person does."""
    field, facts = FIELDS[name], list(FIELDS[name].states(row.values[name], meaning))
    said_by_person = any((member, _shown_key(member, key, meaning)) in preview.said for member, key, _ in facts)
    document: dict[str, JsonValue] = {}
    for member, key, value in facts:
        if member in KEY_MEMBERS:
            line = statement_facts.line_of(member, _shown_key(member, key, meaning), value)
            document[member] = [*cast("Lines", document.get(member, [])), line]
        elif member in TEXTS:
            document[member] = {key: value}
        else:
            document[member] = cast("dict[str, JsonValue]", value)[STATE] if member == STATE else value
    own, shown = field.shows(document, meaning), field.shows(preview.after, meaning)
    if isinstance(own, list):
        own = [preview.merged.get(str(one), one) for one in own]
    is_shown = set(own) <= set(shown) if isinstance(own, list) and isinstance(shown, list) else own == shown
    return None if is_shown or not said_by_person else own


def _shown_key(member: str, key: str, meaning: Meaning) -> str:
    """Return the key under which a row's line is shown: days get the source that names their list."""
    if member != "dates":
        return key
    return statement_facts.key_of(member, {**statement_facts.members_of(member, key), "source": meaning.source})


def _names_in(document: Document) -> dict[str, str]:
    parties = cast("Lines", document.get("parties") or [])
    return {
        str(line["organisation_id"]): pick(cast("dict[str, str]", line["organisation_name"]))[0] for line in parties
    }


def _as_text(value: JsonValue, names: Mapping[str, str]) -> str | None:
    if value is None or value == []:
        return None
    if isinstance(value, list) and all(isinstance(one, str) for one in value):
        return ", ".join(names.get(str(one), str(one)) for one in value)
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
