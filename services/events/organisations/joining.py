"""The rule of joining: which organisation a person comes from, as SQL.

An organisation or a project that was chosen decides; then a decision on the spelling, of the coordination project
before everybody's; then the one organisation that the spelling or the mail domain names. Of two that they name,
none is joined. A merged organisation stands for its successor.
"""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import BigInteger, ColumnElement, Text, Uuid, case, cast, distinct, func, literal, or_, select
from sqlalchemy.dialects.postgresql import ARRAY

from services.kernel.data.types import Subselect

from .models import DecidedSpelling, Implementer, OrganisationKey, OrganisationSuccessor

_ID = OrganisationSuccessor.successor_id


@dataclass(frozen=True, slots=True)
class WhereFrom:
    """Where a person says they come from: columns of a registration, and the coordination project of its event."""

    coordination_id: ColumnElement[UUID]
    organisation_key: ColumnElement[str | None]
    email: ColumnElement[str | None]
    chosen_organisation_id: ColumnElement[UUID | None]
    project_id: ColumnElement[UUID | None]


def mail_domain_of(email: ColumnElement[str | None]) -> ColumnElement[str]:
    """Return the domain of an address as it is compared, and as a column of registrations stores it."""
    return func.lower(func.split_part(email, "@", 2))


def organisation_of(origin: WhereFrom) -> ColumnElement[UUID | None]:
    """Return the organisation that a person is joined to; null while it is not known."""
    return func.coalesce(_chosen(origin), _of_project(origin), _decided(origin), _named(origin), type_=Uuid())


def _chosen(origin: WhereFrom) -> Subselect:
    return select(_ID).where(OrganisationSuccessor.organisation_id == origin.chosen_organisation_id).scalar_subquery()


def _of_project(origin: WhereFrom) -> Subselect:
    is_implementer = OrganisationSuccessor.organisation_id == Implementer.organisation_id
    implementer = select(_ID).join(Implementer, is_implementer)
    return implementer.where(Implementer.id == origin.project_id, ~Implementer.removed).scalar_subquery()


def _decided(origin: WhereFrom) -> Subselect:
    decision = DecidedSpelling
    holds_here = or_(decision.coordination_id == origin.coordination_id, decision.coordination_id.is_(None))
    return (
        select(_ID)
        .join(decision, OrganisationSuccessor.organisation_id == decision.organisation_id)
        .where(decision.key == origin.organisation_key, ~decision.removed, holds_here)
        .order_by(decision.coordination_id.asc().nulls_last(), decision.id)
        .limit(1)
        .scalar_subquery()
    )


def _named(origin: WhereFrom) -> Subselect:
    named = func.array_agg(distinct(_ID), type_=ARRAY(Uuid))
    is_one = func.count(distinct(_ID), type_=BigInteger) == 1
    domain = literal("@") + mail_domain_of(origin.email)
    return (
        select(case((is_one, named[1])))
        .join(OrganisationKey, OrganisationKey.organisation_id == OrganisationSuccessor.organisation_id)
        .where(OrganisationKey.is_current, OrganisationKey.key.in_([cast(origin.organisation_key, Text), domain]))
        .scalar_subquery()
    )
