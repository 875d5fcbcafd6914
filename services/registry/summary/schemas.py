"""Bodies of the summary."""

from datetime import datetime
from uuid import UUID

from pydantic import BaseModel

from services.contracts.decimals import WrittenDecimal
from services.contracts.periods import PeriodRead
from services.kernel.text import LocalizedLine


class CodeCount(BaseModel):
    """The number of projects that have a code."""

    code: str
    count: int


class RegionCount(BaseModel):
    """The number of projects that act in an area, by the code that each of them has recorded."""

    scheme: str
    code: str
    name: LocalizedLine
    count: int


class FundingTotal(BaseModel):
    """Money of one kind from one source. Totals of different sources may contain each other: never add them."""

    kind: str
    source: str
    amount: WrittenDecimal
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
