"""Checks of a project's references: its codes are in their lists, its organisations are known."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from services.contracts.words import Phrase
from services.kernel.web.errors import InvalidField
from services.registry.codes import queries as codes
from services.registry.codes.errors import UnknownCode
from services.registry.organisations import queries as organisations

from .errors import ReasonMissing, unknown_organisations
from .parts import Area, Party, Topic
from .terms import State

Values = Mapping[str, Any]
# Fields that hold a code of the list of the same name.
_CODED = ("fund", "programme_period")
_NEEDS_REASON = (State.interrupted, State.cancelled)


async def check_references(session: AsyncSession, values: Values) -> None:
    """Refuse codes and organisations that are not known. Raises: UnknownCode, UnknownOrganisation."""
    await _check_codes(session, values)
    await _check_organisations(session, values.get("parties") or ())


def needs_reason(state: State) -> bool:
    """Return whether the state needs a reason: a person's sentence, or the name of the list that says so."""
    return state in _NEEDS_REASON


def check_reason(state: State, reason: str | None) -> None:
    """Refuse a state that needs a reason and has none. Raises ReasonMissing."""
    if needs_reason(state) and not reason:
        raise ReasonMissing


async def _check_codes(session: AsyncSession, values: Values) -> None:
    used = dict(_codes(values))
    unknown = await codes.unknown(session, used.values())
    if unknown:
        raise UnknownCode(
            errors=[
                InvalidField(pointer, "unknown-code", Phrase("fields.unknown-code", code=code, scheme=scheme))
                for pointer, (scheme, code) in used.items()
                if (scheme, code) in unknown
            ]
        )


def _codes(values: Values) -> Iterator[tuple[str, tuple[str, str]]]:
    for name in _CODED:
        if values.get(name) is not None:
            yield f"/body/{name}", (name, values[name])
    for name in ("areas", "topics"):
        listed: Sequence[Area | Topic] = values.get(name) or ()
        for place, coded in enumerate(listed):
            yield f"/body/{name}/{place}/code", (str(coded.scheme), coded.code)


async def _check_organisations(session: AsyncSession, parties: Sequence[Party]) -> None:
    unknown = await organisations.unknown(session, [party.organisation_id for party in parties])
    if unknown:
        places = [place for place, party in enumerate(parties) if party.organisation_id in unknown]
        raise unknown_organisations(f"/body/parties/{place}/organisation_id" for place in places)
