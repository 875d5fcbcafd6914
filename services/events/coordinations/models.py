"""Tables of coordinations."""

from uuid import UUID

from sqlalchemy import Integer, Text
from sqlalchemy.orm import Mapped, mapped_column

from services.events.db import Base


class Coordination(Base):
    """A copy of one leading project, as the registry last announced it."""

    __tablename__ = "coordinations"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(Text, index=True)
    name: Mapped[dict[str, str]]
    # The registry's version: an older message that arrives later changes nothing.
    version: Mapped[int] = mapped_column(Integer)
