"""Tables of organisations."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, Text, false, text, true
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from services.events.db import Base
from services.kernel.background.copies import Copied


class Organisation(Copied, Base):
    """A copy of one organisation, as the registry last announced it."""

    __tablename__ = "organisation_copies"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    kind: Mapped[str | None] = mapped_column(Text)
    name: Mapped[dict[str, str]] = mapped_column(JSONB, server_default=text("'{}'"))
    abbreviations: Mapped[list[str]] = mapped_column(JSONB, server_default=text("'[]'"))
    mail_domains: Mapped[list[str]] = mapped_column(JSONB, server_default=text("'[]'"))
    areas: Mapped[list[dict[str, str]]] = mapped_column(JSONB, server_default=text("'[]'"))
    # The organisation that has taken its place.
    merged_into: Mapped[UUID | None] = mapped_column(index=True)


class DecidedSpelling(Copied, Base):
    """A copy of one decision: the organisation that a spelling means in one coordination project, or in all."""

    __tablename__ = "decided_spellings"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    # Null for a decision that holds in all coordination projects.
    coordination_id: Mapped[UUID | None]
    # The spelling as spellings are compared.
    key: Mapped[str | None] = mapped_column(Text, index=True)
    organisation_id: Mapped[UUID | None] = mapped_column(index=True)


class Implementer(Copied, Base):
    """A copy of the implementer of one project, which has the id."""

    __tablename__ = "implementers"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    organisation_id: Mapped[UUID | None] = mapped_column(index=True)


class OrganisationKey(Base):
    """A name, an abbreviation or a mail domain of an organisation, as it is compared.

    Former ones stay: by them, the registrations are found that a change concerns.
    """

    __tablename__ = "organisation_keys"

    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisation_copies.id"), primary_key=True)
    key: Mapped[str] = mapped_column(Text, primary_key=True)
    is_current: Mapped[bool] = mapped_column(server_default=true())

    __table_args__ = (
        Index("ix_organisation_keys_key", "key"),
        Index("ix_organisation_keys_trigrams", "key", postgresql_using="gin", postgresql_ops={"key": "gin_trgm_ops"}),
    )


class OrganisationSuccessor(Base):
    """The organisation that one organisation is today, after all mergers: mostly itself. One that is gone has none."""

    __tablename__ = "organisation_successors"

    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisation_copies.id"), primary_key=True)
    successor_id: Mapped[UUID] = mapped_column(index=True)


class FollowedCopy(Base):
    """The state of a copied row up to which keys and successors have followed it, and later the registrations."""

    __tablename__ = "followed_copies"

    copy: Mapped[str] = mapped_column(Text, primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    changed_at: Mapped[datetime]
    is_recounted: Mapped[bool] = mapped_column(server_default=false())

    __table_args__ = (Index("ix_followed_copies_due", "copy", "id", postgresql_where=text("NOT is_recounted")),)
