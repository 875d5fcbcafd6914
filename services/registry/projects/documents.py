"""A project as one JSON document, made by PostgreSQL: a revision stores the same document as an answer shows."""

from sqlalchemy import Text, cast, func, literal, select
from sqlalchemy.dialects.postgresql import JSONB, aggregate_order_by

from services.kernel.data.types import Column, Expression, Statement, Subselect
from services.registry.organisations.models import Organisation

from .models import (
    Project,
    ProjectArea,
    ProjectDate,
    ProjectFunding,
    ProjectIdentifier,
    ProjectMilestone,
    ProjectParty,
    ProjectState,
    ProjectTopic,
)

Part = (
    type[ProjectIdentifier]
    | type[ProjectDate]
    | type[ProjectState]
    | type[ProjectFunding]
    | type[ProjectArea]
    | type[ProjectTopic]
    | type[ProjectMilestone]
)

_PLAIN = (
    Project.id,
    Project.slug,
    Project.kind,
    Project.scope,
    Project.state,
    Project.name,
    Project.summary,
    Project.goals,
    Project.background,
    Project.decision_on,
    Project.starts_on,
    Project.ends_on,
    Project.programme_period,
    Project.fund,
    Project.priority_axis,
    Project.specific_objective,
    Project.programme_part,
)


def _object(**fields: Column) -> Expression:
    pairs = (item for name, column in fields.items() for item in (literal(name, Text), column))
    return func.jsonb_build_object(*pairs, type_=JSONB)


def _in_order(position: Column, item: Expression, rows: Statement) -> Subselect:
    listed = func.coalesce(func.jsonb_agg(aggregate_order_by(item, position)), cast([], JSONB))
    return rows.with_only_columns(listed).correlate(Project).scalar_subquery()


def _list(part: Part, **more: Column) -> Subselect:
    hidden = {"project_id", "position"}
    fields = {name: column for name, column in part.__mapper__.columns.items() if name not in hidden}
    item = _object(**{**fields, **more})
    return _in_order(part.position, item, select(part).where(part.project_id == Project.id))


def _parties() -> Subselect:
    item = _object(
        organisation_id=ProjectParty.organisation_id,
        organisation_name=Organisation.name,
        role=ProjectParty.role,
        starts_on=ProjectParty.starts_on,
        ends_on=ProjectParty.ends_on,
    )
    rows = (
        select(ProjectParty)
        .join(Organisation, Organisation.id == ProjectParty.organisation_id)
        .where(ProjectParty.project_id == Project.id)
    )
    return _in_order(ProjectParty.position, item, rows)


def facts() -> Expression:
    """Return all facts of a row of `projects` in the shape of `ProjectFacts`.

    Days and ids are text, amounts are decimal text. `last_on` of a milestone follows from the others and is left out.
    Requires: the statement selects from `projects`.
    """
    return _object(
        **{column.key: column for column in _PLAIN},
        identifiers=_list(ProjectIdentifier),
        dates=_list(ProjectDate),
        states=_list(ProjectState),
        parties=_parties(),
        funding=_list(ProjectFunding, amount=cast(ProjectFunding.amount, Text)),
        areas=_list(ProjectArea, share=cast(ProjectArea.share, Text)),
        topics=_list(ProjectTopic),
        milestones=_list(ProjectMilestone),
    )
