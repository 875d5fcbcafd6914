"""Coordinations, events, registrations and attendance."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = 'events_0002'
down_revision: str | None = 'events_0001'
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table('coordinations',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('slug', sa.Text(), nullable=False),
    sa.Column('name', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_coordinations'))
    )
    op.create_index(op.f('ix_coordinations_slug'), 'coordinations', ['slug'], unique=False)
    op.create_table('events',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('slug', sa.Text(), nullable=False),
    sa.Column('coordination_id', sa.Uuid(), nullable=False),
    sa.Column('type', sa.Text(), nullable=False),
    sa.Column('title', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('sort_title', sa.Text(), nullable=False),
    sa.Column('description', postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=True),
    sa.Column('publication_status', sa.Text(), server_default=sa.text("'draft'"), nullable=False),
    sa.Column('event_status', sa.Text(), server_default=sa.text("'scheduled'"), nullable=False),
    sa.Column('cancel_reason', postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=True),
    sa.Column('marked_as', sa.Text(), nullable=True),
    sa.Column('scope', sa.Text(), nullable=False),
    sa.Column('areas', postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'[]'"), nullable=False),
    sa.Column('themes', postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'[]'"), nullable=False),
    sa.Column('languages', postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'[]'"), nullable=False),
    sa.Column('call_ids', sa.ARRAY(sa.Uuid()), server_default=sa.text("'{}'"), nullable=False),
    sa.Column('project_ids', sa.ARRAY(sa.Uuid()), server_default=sa.text("'{}'"), nullable=False),
    sa.Column('practice_ids', sa.ARRAY(sa.Uuid()), server_default=sa.text("'{}'"), nullable=False),
    sa.Column('mode', sa.Text(), nullable=False),
    sa.Column('venue', postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=True),
    sa.Column('address', sa.Text(), nullable=True),
    sa.Column('join_url', sa.Text(), nullable=True),
    sa.Column('starts_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('ends_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('time_zone', sa.Text(), nullable=False),
    sa.Column('previous_starts_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('registration_required', sa.Boolean(), server_default=sa.text('true'), nullable=False),
    sa.Column('registration_opens_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('registration_closes_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('cancel_until_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('capacity', sa.Integer(), nullable=True),
    sa.Column('waiting_list', sa.Text(), server_default=sa.text("'off'"), nullable=False),
    sa.Column('waiting_capacity', sa.Integer(), nullable=True),
    sa.Column('wants_feedback', sa.Boolean(), server_default=sa.text('true'), nullable=False),
    sa.Column('ical_uid', sa.Text(), nullable=False),
    sa.Column('ical_sequence', sa.Integer(), server_default=sa.text('0'), nullable=False),
    sa.Column('confirmed_count', sa.Integer(), server_default=sa.text('0'), nullable=False),
    sa.Column('waiting_count', sa.Integer(), server_default=sa.text('0'), nullable=False),
    sa.Column('cancelled_count', sa.Integer(), server_default=sa.text('0'), nullable=False),
    sa.Column('attended_count', sa.Integer(), server_default=sa.text('0'), nullable=False),
    sa.Column('headcount', sa.Integer(), nullable=True),
    sa.Column('headcount_by_mode', postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=True),
    sa.Column('queue_tail', sa.Integer(), server_default=sa.text('0'), nullable=False),
    sa.Column('published_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('cancelled_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), server_default=sa.text('clock_timestamp()'), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), server_default=sa.text('clock_timestamp()'), nullable=False),
    sa.Column('version', sa.Integer(), server_default=sa.text('1'), nullable=False),
    sa.CheckConstraint('attended_count >= 0', name=op.f('ck_events_attended_count')),
    sa.CheckConstraint('cancelled_count >= 0', name=op.f('ck_events_cancelled_count')),
    sa.CheckConstraint('capacity IS NULL OR capacity BETWEEN 0 AND 100000', name=op.f('ck_events_capacity')),
    sa.CheckConstraint('confirmed_count >= 0', name=op.f('ck_events_confirmed_count')),
    sa.CheckConstraint('ends_at > starts_at', name=op.f('ck_events_ends_after_start')),
    sa.CheckConstraint('headcount >= 0', name=op.f('ck_events_headcount')),
    sa.CheckConstraint('queue_tail >= waiting_count', name=op.f('ck_events_queue_tail')),
    sa.CheckConstraint('waiting_count >= 0', name=op.f('ck_events_waiting_count')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_events')),
    sa.UniqueConstraint('ical_uid', name=op.f('uq_events_ical_uid')),
    sa.UniqueConstraint('slug', name=op.f('uq_events_slug'))
    )
    op.create_index('ix_events_coordination_id_ends_at', 'events', ['coordination_id', 'ends_at'], unique=False)
    op.create_index('ix_events_sort_title_id', 'events', ['sort_title', 'id'], unique=False)
    op.create_index('ix_events_starts_at_id', 'events', ['starts_at', 'id'], unique=False)
    op.create_table('event_organisation_counts',
    sa.Column('event_id', sa.Uuid(), nullable=False),
    sa.Column('organisation_key', sa.Text(), nullable=False),
    sa.Column('registered', sa.Integer(), server_default=sa.text('0'), nullable=False),
    sa.Column('attended', sa.Integer(), server_default=sa.text('0'), nullable=False),
    sa.CheckConstraint('attended >= 0', name=op.f('ck_event_organisation_counts_attended')),
    sa.CheckConstraint('registered >= 0', name=op.f('ck_event_organisation_counts_registered')),
    sa.ForeignKeyConstraint(['event_id'], ['events.id'], name=op.f('fk_event_organisation_counts_event_id')),
    sa.PrimaryKeyConstraint('event_id', 'organisation_key', name=op.f('pk_event_organisation_counts'))
    )
    op.create_table('registrations',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('event_id', sa.Uuid(), nullable=False),
    sa.Column('state', sa.Text(), nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('email', sa.Text(), nullable=False),
    sa.Column('person_key', sa.LargeBinary(), nullable=False),
    sa.Column('organisation', sa.Text(), nullable=True),
    sa.Column('organisation_key', sa.Text(), nullable=True),
    sa.Column('language', sa.Text(), nullable=False),
    sa.Column('mode', sa.Text(), nullable=True),
    sa.Column('origin', sa.Text(), nullable=False),
    sa.Column('force_reason', sa.Text(), nullable=True),
    sa.Column('queue_position', sa.Integer(), nullable=True),
    sa.Column('cancelled_by', sa.Text(), nullable=True),
    sa.Column('ical_sequence', sa.Integer(), server_default=sa.text('0'), nullable=False),
    sa.Column('attendance', sa.Text(), server_default=sa.text("'unknown'"), nullable=False),
    sa.Column('attendance_marked_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('consented_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), server_default=sa.text('clock_timestamp()'), nullable=False),
    sa.Column('confirmed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('cancelled_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('version', sa.Integer(), server_default=sa.text('1'), nullable=False),
    sa.CheckConstraint("attendance IN ('unknown', 'attended', 'partially_attended', 'no_show', 'excused')", name=op.f('ck_registrations_attendance')),
    sa.CheckConstraint("(state = 'cancelled') = (cancelled_by IS NOT NULL)", name=op.f('ck_registrations_cancelled_by')),
    sa.CheckConstraint("state <> 'waitlisted' OR queue_position IS NOT NULL", name=op.f('ck_registrations_queue_position')),
    sa.CheckConstraint("state IN ('confirmed', 'waitlisted', 'cancelled')", name=op.f('ck_registrations_state')),
    sa.ForeignKeyConstraint(['event_id'], ['events.id'], name=op.f('fk_registrations_event_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_registrations'))
    )
    op.create_index('ix_registrations_cancelled_person', 'registrations', ['event_id', 'person_key'], unique=False, postgresql_where=sa.text("state = 'cancelled'"))
    op.create_index('ix_registrations_present', 'registrations', ['event_id'], unique=False, postgresql_where=sa.text("attendance IN ('attended', 'partially_attended')"))
    op.create_index('ix_registrations_event_id_created_at_id', 'registrations', ['event_id', 'created_at', 'id'], unique=False)
    op.create_index('uq_registrations_live_person', 'registrations', ['event_id', 'person_key'], unique=True, postgresql_where=sa.text("state IN ('confirmed', 'waitlisted')"))
    op.create_index('uq_registrations_queue', 'registrations', ['event_id', 'queue_position'], unique=True, postgresql_where=sa.text("state = 'waitlisted'"))
    op.create_table('registration_links',
    sa.Column('token_hash', sa.LargeBinary(), nullable=False),
    sa.Column('registration_id', sa.Uuid(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), server_default=sa.text('clock_timestamp()'), nullable=False),
    sa.ForeignKeyConstraint(['registration_id'], ['registrations.id'], name=op.f('fk_registration_links_registration_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('token_hash', name=op.f('pk_registration_links'))
    )
    op.create_index(op.f('ix_registration_links_registration_id'), 'registration_links', ['registration_id'], unique=False)


def downgrade() -> None:
    op.drop_index(op.f('ix_registration_links_registration_id'), table_name='registration_links')
    op.drop_table('registration_links')
    op.drop_index('uq_registrations_queue', table_name='registrations', postgresql_where=sa.text("state = 'waitlisted'"))
    op.drop_index('uq_registrations_live_person', table_name='registrations', postgresql_where=sa.text("state IN ('confirmed', 'waitlisted')"))
    op.drop_index('ix_registrations_present', table_name='registrations', postgresql_where=sa.text("attendance IN ('attended', 'partially_attended')"))
    op.drop_index('ix_registrations_cancelled_person', table_name='registrations', postgresql_where=sa.text("state = 'cancelled'"))
    op.drop_index('ix_registrations_event_id_created_at_id', table_name='registrations')
    op.drop_table('registrations')
    op.drop_table('event_organisation_counts')
    op.drop_index('ix_events_starts_at_id', table_name='events')
    op.drop_index('ix_events_sort_title_id', table_name='events')
    op.drop_index('ix_events_coordination_id_ends_at', table_name='events')
    op.drop_table('events')
    op.drop_index(op.f('ix_coordinations_slug'), table_name='coordinations')
    op.drop_table('coordinations')
