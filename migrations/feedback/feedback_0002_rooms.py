"""Surveys and their wordings, tickets, answers and released results."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = 'feedback_0002'
down_revision: str | None = 'feedback_0001'
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

# A wording that people have answered may not be changed under their answers.
_REFUSE_REWORDING = """
CREATE FUNCTION refuse_rewording() RETURNS trigger LANGUAGE plpgsql AS
$$BEGIN RAISE EXCEPTION 'a survey version never changes'; END$$
"""
_WORDINGS_STAY = """
CREATE TRIGGER survey_versions_stay BEFORE UPDATE ON survey_versions
FOR EACH ROW EXECUTE FUNCTION refuse_rewording()
"""


def upgrade() -> None:
    op.create_table('answers',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('survey_id', sa.Uuid(), nullable=False),
    sa.Column('shard', sa.SmallInteger(), nullable=False),
    sa.Column('given', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_answers'))
    )
    op.create_index('ix_answers_survey_id_shard', 'answers', ['survey_id', 'shard'], unique=False)
    op.create_table('surveys',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('kind', sa.Text(), nullable=False),
    sa.Column('anonymity', sa.Text(), nullable=False),
    sa.Column('profile', sa.Text(), nullable=False),
    sa.Column('template', sa.Text(), nullable=False),
    sa.Column('title', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('state', sa.Text(), nullable=False),
    sa.Column('event_id', sa.Uuid(), nullable=False),
    sa.Column('event_type', sa.Text(), nullable=False),
    sa.Column('scope', sa.Text(), nullable=False),
    sa.Column('coordination_id', sa.Uuid(), nullable=False),
    sa.Column('held_on', sa.Date(), nullable=False),
    sa.Column('opens_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('closes_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('definition_version', sa.Integer(), server_default=sa.text('1'), nullable=False),
    sa.Column('invited_count', sa.Integer(), server_default=sa.text('0'), nullable=False),
    sa.Column('answer_count', sa.Integer(), server_default=sa.text('0'), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), server_default=sa.text('clock_timestamp()'), nullable=False),
    sa.Column('version', sa.Integer(), server_default=sa.text('1'), nullable=False),
    sa.CheckConstraint("anonymity = 'anonymous_ticket'", name=op.f('ck_surveys_anonymity')),
    sa.CheckConstraint("state IN ('draft', 'open', 'closed')", name=op.f('ck_surveys_state')),
    sa.CheckConstraint('invited_count >= 0 AND answer_count >= 0', name=op.f('ck_surveys_counts')),
    sa.CheckConstraint('opens_at < closes_at', name=op.f('ck_surveys_opens_before_it_closes')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_surveys')),
    sa.UniqueConstraint('event_id', 'template', name='uq_surveys_event_id_template')
    )
    op.create_index('ix_surveys_closes_at_open', 'surveys', ['closes_at'], unique=False, postgresql_where=sa.text("state = 'open'"))
    op.create_index('ix_surveys_coordination_id_held_on', 'surveys', ['coordination_id', 'held_on', 'id'], unique=False)
    op.create_index('ix_surveys_held_on_id', 'surveys', ['held_on', 'id'], unique=False)
    op.create_table('releases',
    sa.Column('survey_id', sa.Uuid(), nullable=False),
    sa.Column('released_at', sa.DateTime(timezone=True), server_default=sa.text('clock_timestamp()'), nullable=False),
    sa.Column('engine', sa.Text(), nullable=False),
    sa.Column('invited', sa.Integer(), nullable=False),
    sa.Column('n', sa.Integer(), nullable=True),
    sa.Column('overall_n', sa.Integer(), nullable=True),
    sa.Column('overall_mean', sa.Numeric(precision=6, scale=2), nullable=True),
    sa.Column('nps_n', sa.Integer(), nullable=True),
    sa.Column('nps', sa.Numeric(precision=6, scale=2), nullable=True),
    sa.Column('questions', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.ForeignKeyConstraint(['survey_id'], ['surveys.id'], name=op.f('fk_releases_survey_id')),
    sa.PrimaryKeyConstraint('survey_id', name=op.f('pk_releases'))
    )
    op.create_table('survey_versions',
    sa.Column('survey_id', sa.Uuid(), nullable=False),
    sa.Column('number', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('definition', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('sha256', sa.LargeBinary(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), server_default=sa.text('clock_timestamp()'), nullable=False),
    sa.ForeignKeyConstraint(['survey_id'], ['surveys.id'], name=op.f('fk_survey_versions_survey_id')),
    sa.PrimaryKeyConstraint('survey_id', 'number', name=op.f('pk_survey_versions'))
    )
    op.create_table('ticket_batches',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('survey_id', sa.Uuid(), nullable=False),
    sa.Column('issued_count', sa.Integer(), nullable=False),
    sa.CheckConstraint('issued_count > 0', name=op.f('ck_ticket_batches_issued_count')),
    sa.ForeignKeyConstraint(['survey_id'], ['surveys.id'], name=op.f('fk_ticket_batches_survey_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_ticket_batches'))
    )
    op.create_index(op.f('ix_ticket_batches_survey_id'), 'ticket_batches', ['survey_id'], unique=False)
    op.create_table('tickets',
    sa.Column('hash', sa.LargeBinary(), nullable=False),
    sa.Column('survey_id', sa.Uuid(), nullable=False),
    sa.Column('batch_id', sa.Uuid(), nullable=False),
    sa.ForeignKeyConstraint(['batch_id'], ['ticket_batches.id'], name=op.f('fk_tickets_batch_id')),
    sa.PrimaryKeyConstraint('hash', name=op.f('pk_tickets'))
    )
    op.create_index(op.f('ix_tickets_batch_id'), 'tickets', ['batch_id'], unique=False)
    op.create_index(op.f('ix_tickets_survey_id'), 'tickets', ['survey_id'], unique=False)
    op.execute(_REFUSE_REWORDING)
    op.execute(_WORDINGS_STAY)
    # A deleted row tells of its transaction until it is swept away: soon, then.
    op.execute("ALTER TABLE answers SET (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 200)")
    op.execute("ALTER TABLE tickets SET (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 20)")


def downgrade() -> None:
    op.drop_index(op.f('ix_tickets_survey_id'), table_name='tickets')
    op.drop_index(op.f('ix_tickets_batch_id'), table_name='tickets')
    op.drop_table('tickets')
    op.drop_index(op.f('ix_ticket_batches_survey_id'), table_name='ticket_batches')
    op.drop_table('ticket_batches')
    op.drop_table('survey_versions')
    op.drop_table('releases')
    op.drop_index('ix_surveys_held_on_id', table_name='surveys')
    op.drop_index('ix_surveys_coordination_id_held_on', table_name='surveys')
    op.drop_index('ix_surveys_closes_at_open', table_name='surveys', postgresql_where=sa.text("state = 'open'"))
    op.drop_table('surveys')
    op.drop_index('ix_answers_survey_id_shard', table_name='answers')
    op.drop_table('answers')
    op.execute("DROP FUNCTION refuse_rewording()")
