"""Tables of keys. Private keys are in no table."""

from uuid import UUID

from sqlalchemy import Boolean, CheckConstraint, ForeignKey, LargeBinary, true
from sqlalchemy.orm import Mapped, mapped_column

from services.feedback.db import Base


class SurveyKey(Base):
    """The public key of a pair. Without a survey it is ready to be taken.

    The row of a released survey says that its private key is still to be destroyed, or its tables to be rewritten.
    """

    __tablename__ = "survey_keys"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    public_key: Mapped[bytes] = mapped_column(LargeBinary)
    survey_id: Mapped[UUID | None] = mapped_column(ForeignKey("surveys.id"), unique=True)


class KnownFolder(Base):
    """The one folder that holds the private keys, by the id in its marker file."""

    __tablename__ = "key_folder"

    is_only: Mapped[bool] = mapped_column(Boolean, primary_key=True, default=True, server_default=true())
    id: Mapped[UUID]

    __table_args__ = (CheckConstraint("is_only", name="is_only"),)
