"""Use cases of measures: reading them. Nothing is written here."""

from sqlalchemy.ext.asyncio import AsyncSession

from services.contracts.measures import MeasureQuery, MeasureRead, MeasuresRead, counted, further
from services.kernel.figures import FigureRequest, FigureSource, answer_measures, rows_address
from services.kernel.security.auth import Principal
from services.registry.network import queries as network
from services.registry.projects.figures import authorise_figures

from .terms import NETWORK, UNRECORDED


async def read_measures(session: AsyncSession, principal: Principal, query: MeasureQuery) -> MeasuresRead:
    """Return the measures of this service. Raises NotFound for a coordination that the caller may not see."""
    request = await authorise_figures(session, principal, query)
    return await answer_measures(session, request, _SOURCE, keys=query.keys)


async def _compute(session: AsyncSession, request: FigureRequest) -> list[MeasureRead]:
    """Return the network map, the one measure that is counted from the registry's records."""
    size = await network.measure(session, request.coordination_id, request.period)
    extra = {"edges": size.edges, "new_edges": size.new_edges, "components": size.components}
    return [
        counted(
            NETWORK,
            size.nodes,
            rows=rows_address("registry/v1/network/edges", request),
            extra=[further(name, value, "kpl") for name, value in extra.items()],
        )
    ]


_SOURCE = FigureSource("registry", _compute, UNRECORDED)
