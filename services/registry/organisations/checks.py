"""Checks of what an organisation refers to."""

from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from services.contracts.words import Phrase
from services.kernel.web.errors import InvalidField
from services.registry.codes import queries as codes
from services.registry.codes.errors import UnknownCode

from .schemas import OrganisationArea


async def check_areas(session: AsyncSession, areas: Sequence[OrganisationArea]) -> None:
    """Refuse areas that are in no code list. Raises UnknownCode."""
    unknown = await codes.unknown(session, [(area.scheme, area.code) for area in areas])
    if unknown:
        raise UnknownCode(
            errors=[
                InvalidField(
                    f"/body/areas/{place}/code",
                    "unknown-code",
                    Phrase("fields.unknown-code", code=area.code, scheme=area.scheme),
                )
                for place, area in enumerate(areas)
                if (area.scheme, area.code) in unknown
            ]
        )
