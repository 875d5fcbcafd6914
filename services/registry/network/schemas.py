"""Bodies of the network."""

from datetime import date
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, Field

from services.contracts.periods import PeriodLabel
from services.kernel.lists.pages import ListQuery


class EdgeRead(BaseModel):
    """An edge of the network: the relation or role that links a project or an organisation to a project."""

    id: str
    kind: Annotated[str, Field(description="`coordinates` and other relations, or the role of a party")]
    from_type: Literal["project", "organisation"]
    from_id: UUID
    from_name: str
    to_id: UUID
    to_name: str
    since_on: date | None


class EdgeQuery(ListQuery):
    """The coordination project and the period at whose end its network is read."""

    sort_keys = ("kind", "from_name", "to_name")

    coordination: Annotated[UUID, Field(description="The coordination project's id")]
    period: PeriodLabel
    new: Annotated[Literal["true"] | None, Field(description="Only edges that began in the period")] = None
