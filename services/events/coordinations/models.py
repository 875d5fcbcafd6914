"""Tables of coordinations."""

from uuid import UUID

from sqlalchemy import Text, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from services.events.db import Base
from services.kernel.background.copies import Copied


class Coordination(Copied, Base):
    """A copy of one leading project, as the registry last announced it.

    One that no longer leads is marked as removed; its events keep its name and slug.
    """

    __tablename__ = "coordinations"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(Text, index=True, server_default=text("''"))
    name: Mapped[dict[str, str]] = mapped_column(JSONB, server_default=text("'{}'"))
