"""Tables of code lists. All of them are loaded from files; no request edits them."""

from datetime import date
from decimal import Decimal

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, Integer, Numeric, Text
from sqlalchemy.orm import Mapped, mapped_column

from services.kernel.data.types import SORT_KEY
from services.registry.db import Base


class CodeScheme(Base):
    """One code list."""

    __tablename__ = "code_schemes"

    scheme: Mapped[str] = mapped_column(Text, primary_key=True)
    name: Mapped[dict[str, str]]
    source: Mapped[str] = mapped_column(Text)


class CodeRow(Base):
    """One code of a list, with the first and the last day on which it is valid."""

    __tablename__ = "codes"

    scheme: Mapped[str] = mapped_column(ForeignKey("code_schemes.scheme"), primary_key=True)
    code: Mapped[str] = mapped_column(Text, primary_key=True)
    name: Mapped[dict[str, str]]
    sort_key: Mapped[str] = mapped_column(SORT_KEY)
    place: Mapped[int] = mapped_column(Integer)
    valid_from: Mapped[date | None]
    valid_to: Mapped[date | None]

    __table_args__ = (CheckConstraint("valid_to >= valid_from", name="validity"),)


class CodeParent(Base):
    """A code whose area lies wholly within the area of another one, such as a municipality in a region."""

    __tablename__ = "code_parents"

    scheme: Mapped[str] = mapped_column(Text, primary_key=True)
    code: Mapped[str] = mapped_column(Text, primary_key=True)
    parent_scheme: Mapped[str] = mapped_column(Text, primary_key=True)
    parent_code: Mapped[str] = mapped_column(Text, primary_key=True)

    __table_args__ = (
        ForeignKeyConstraint(["scheme", "code"], ["codes.scheme", "codes.code"]),
        ForeignKeyConstraint(["parent_scheme", "parent_code"], ["codes.scheme", "codes.code"]),
        Index(None, "parent_scheme", "parent_code"),
    )


class CodeLink(Base):
    """A step of the crosswalk: one code followed another, or is the same area in another list.

    `share` is the part of the old code, counted in municipalities, that went to the new one.
    """

    __tablename__ = "code_links"

    from_scheme: Mapped[str] = mapped_column(Text, primary_key=True)
    from_code: Mapped[str] = mapped_column(Text, primary_key=True)
    to_scheme: Mapped[str] = mapped_column(Text, primary_key=True)
    to_code: Mapped[str] = mapped_column(Text, primary_key=True)
    kind: Mapped[str] = mapped_column(Text)
    share: Mapped[Decimal] = mapped_column(Numeric(7, 6))

    __table_args__ = (
        ForeignKeyConstraint(["from_scheme", "from_code"], ["codes.scheme", "codes.code"]),
        ForeignKeyConstraint(["to_scheme", "to_code"], ["codes.scheme", "codes.code"]),
        CheckConstraint("share > 0 AND share <= 1", name="share"),
        Index(None, "to_scheme", "to_code"),
    )
