"""Tables of the mailbox."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import LargeBinary, Text, func
from sqlalchemy.orm import Mapped, mapped_column

from services.events.db import Base
from services.kernel.data.ids import new_id


class MailboxMessage(Base):
    """A mail that the transport `mailbox` stored rather than sent."""

    __tablename__ = "mailbox_messages"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    kind: Mapped[str] = mapped_column(Text)
    to_address: Mapped[str] = mapped_column(Text)
    subject: Mapped[str] = mapped_column(Text)
    # The message as a mail server would have got it (RFC 5322).
    raw: Mapped[bytes] = mapped_column(LargeBinary)
    at: Mapped[datetime] = mapped_column(server_default=func.clock_timestamp())
