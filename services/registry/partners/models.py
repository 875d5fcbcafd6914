"""Tables of partners."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import LargeBinary, Text, UniqueConstraint, func, true
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from services.kernel.data.ids import new_id
from services.kernel.data.types import SORT_KEY
from services.kernel.web.etags import Versioned
from services.registry.db import Base


class PartnerClient(Versioned, Base):
    """One machine client. Only the client knows its secret; 192 random bits need no slow hash."""

    __tablename__ = "partner_clients"

    client_id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    name: Mapped[str] = mapped_column(Text)
    sort_key: Mapped[str] = mapped_column(SORT_KEY)
    secret_hash: Mapped[bytes] = mapped_column(LargeBinary)
    scopes: Mapped[list[str]]
    grants: Mapped[list[dict[str, str | None]]] = mapped_column(JSONB)
    # Where the grants hold, in one order; an empty text stands for everywhere.
    places: Mapped[list[str]] = mapped_column(ARRAY(Text))
    active: Mapped[bool] = mapped_column(default=True, server_default=true())
    created_at: Mapped[datetime] = mapped_column(server_default=func.clock_timestamp())

    # A taken name tells an administrator of one place nothing about the clients of other places.
    __table_args__ = (UniqueConstraint("name", "places"),)
