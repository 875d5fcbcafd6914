"""The table of spellings."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Text, UniqueConstraint, func
from sqlalchemy.orm import Mapped, mapped_column

from services.kernel.data.ids import new_id
from services.kernel.data.types import SORT_KEY
from services.kernel.web.etags import Versioned
from services.registry.db import Base


class OrganisationSpelling(Versioned, Base):
    """The decision that a spelling means an organisation. It is taken back by deletion."""

    __tablename__ = "organisation_spellings"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    # Null where it holds for everybody.
    coordination_id: Mapped[UUID | None] = mapped_column(ForeignKey("projects.id", ondelete="CASCADE"))
    # The key of `contracts.spellings`, and the text as the decision had it.
    spelling: Mapped[str] = mapped_column(Text)
    written: Mapped[str] = mapped_column(Text)
    sort_key: Mapped[str] = mapped_column(SORT_KEY)
    # As it was decided; where that organisation is merged, the one that answers in its place is meant.
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisations.id"), index=True)
    author: Mapped[str] = mapped_column(Text)
    decided_at: Mapped[datetime] = mapped_column(server_default=func.clock_timestamp())

    __table_args__ = (
        UniqueConstraint(
            "coordination_id",
            "spelling",
            postgresql_nulls_not_distinct=True,
            name="uq_organisation_spellings_one_each",
        ),
    )
