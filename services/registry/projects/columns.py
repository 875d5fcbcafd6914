"""Columns of a project that stand in other tables, as its list and its messages have them."""

from sqlalchemy import ColumnElement, Text, cast, func, literal, select, true
from sqlalchemy.dialects.postgresql import JSONB, aggregate_order_by
from sqlalchemy.orm import aliased

from services.kernel.data.types import Column, Statement, Subselect
from services.registry.relations.models import ProjectRelation
from services.registry.relations.terms import RelationKind

from .models import Project, ProjectArea, ProjectParty
from .terms import DRAFT_STATES, AreaMeaning, PartyRole

EVERY_COORDINATION: ColumnElement[bool] = true()
_coordination = aliased(Project)
# Ideas and applications are left out where the reader may not see them.
PUBLIC_COORDINATIONS: ColumnElement[bool] = _coordination.state.not_in(DRAFT_STATES)


def collected(rows: Statement, item: Column, order: Column) -> Subselect:
    """Return the items of the rows as a JSON list. Requires: the statement around it selects from `projects`."""
    listed = func.coalesce(func.jsonb_agg(aggregate_order_by(item, order), type_=JSONB), cast([], JSONB))
    return rows.with_only_columns(listed).correlate(Project).scalar_subquery()


def areas() -> Subselect:
    """Return the areas in which the project acts, as `scheme:code`."""
    rows = select(ProjectArea).where(ProjectArea.project_id == Project.id, ProjectArea.meaning == AreaMeaning.action)
    return collected(rows, ProjectArea.scheme + literal(":", Text) + ProjectArea.code, ProjectArea.position)


def implementer_id() -> Subselect:
    """Return the organisation that implements the project: the first that is named so, or null."""
    named = (ProjectParty.project_id == Project.id, ProjectParty.role == PartyRole.implementer)
    first = select(ProjectParty.organisation_id).where(*named).order_by(ProjectParty.position).limit(1)
    return first.correlate(Project).scalar_subquery()


def coordination_ids(shown: ColumnElement[bool]) -> Subselect:
    """Return the ids of the leading projects that coordinate the project now, as far as they are `shown`."""
    rows = (
        select(ProjectRelation)
        .join(_coordination, _coordination.id == ProjectRelation.project_id)
        .where(
            ProjectRelation.other_id == Project.id,
            ProjectRelation.kind == RelationKind.coordinates,
            ProjectRelation.withdrawn_at.is_(None),
            shown,
        )
    )
    return collected(rows, _coordination.id, _coordination.id)
