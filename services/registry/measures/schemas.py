"""Bodies of measures."""

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, Field

from services.contracts.periods import PeriodLabel, PeriodRead
from services.kernel.lists.pages import ListQuery
from services.kernel.text import LocalizedLine


class CodeCount(BaseModel):
    """How many projects have a code."""

    code: str
    count: int


class RegionCount(BaseModel):
    """How many projects act in an area, as they recorded it."""

    scheme: str
    code: str
    name: LocalizedLine
    count: int


class FundingTotal(BaseModel):
    """Money of one kind from one source. Totals of different sources may contain each other: never add them."""

    kind: str
    source: str
    amount: Decimal
    currency: str


class SummaryRead(BaseModel):
    """The projects that a coordination project coordinates and that are in force in a period."""

    coordination_id: UUID
    period: PeriodRead
    projects: int
    projects_by_state: list[CodeCount]
    projects_by_kind: list[CodeCount]
    projects_by_region: list[RegionCount]
    funding: list[FundingTotal]
    computed_at: datetime


class EdgeRead(BaseModel):
    """An edge of the network: what a project or an organisation is to a project, since when."""

    id: str
    kind: Annotated[str, Field(description="`coordinates` and other relations, or the role of a party")]
    from_type: Literal["project", "organisation"]
    from_id: UUID
    from_name: str
    to_id: UUID
    to_name: str
    since_on: date | None


class EdgeQuery(ListQuery):
    """Whose network, at the end of which period."""

    coordination: Annotated[UUID, Field(description="The coordination project's id")]
    period: PeriodLabel
    new: Annotated[Literal["true"] | None, Field(description="Only edges that began in the period")] = None
