"""Mails that wait, the mailbox of development, and which events were handed over to feedback."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = 'events_0010'
down_revision: str | None = 'events_0002'
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table('feedback_handovers',
    sa.Column('event_id', sa.Uuid(), nullable=False),
    sa.Column('claimed_at', sa.DateTime(timezone=True), server_default=sa.text('clock_timestamp()'), nullable=True),
    sa.Column('survey_id', sa.Uuid(), nullable=True),
    sa.Column('tickets', sa.Integer(), nullable=True),
    sa.Column('handed_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint('(handed_at IS NULL) = (survey_id IS NULL)', name=op.f('ck_feedback_handovers_survey')),
    sa.CheckConstraint('(handed_at IS NULL) = (tickets IS NULL)', name=op.f('ck_feedback_handovers_tickets')),
    sa.PrimaryKeyConstraint('event_id', name=op.f('pk_feedback_handovers'))
    )
    op.create_table('mailbox_messages',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('kind', sa.Text(), nullable=False),
    sa.Column('to_address', sa.Text(), nullable=False),
    sa.Column('subject', sa.Text(), nullable=False),
    sa.Column('raw', sa.LargeBinary(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), server_default=sa.text('clock_timestamp()'), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_mailbox_messages'))
    )
    op.create_table('mails',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('kind', sa.Text(), nullable=False),
    sa.Column('registration_id', sa.Uuid(), nullable=True),
    sa.Column('event_id', sa.Uuid(), nullable=False),
    sa.Column('dedupe_key', sa.Text(), nullable=False),
    sa.Column('to_address', sa.Text(), nullable=True),
    sa.Column('to_name', sa.Text(), nullable=True),
    sa.Column('language', sa.Text(), nullable=False),
    sa.Column('sequence', sa.Integer(), nullable=False),
    sa.Column('link_secret', sa.Text(), nullable=True),
    sa.Column('survey_id', sa.Uuid(), nullable=True),
    sa.Column('state', sa.Text(), server_default=sa.text("'queued'"), nullable=False),
    sa.Column('attempts', sa.SmallInteger(), server_default=sa.text('0'), nullable=False),
    sa.Column('last_error', sa.Text(), nullable=True),
    sa.Column('queued_at', sa.DateTime(timezone=True), server_default=sa.text('clock_timestamp()'), nullable=False),
    sa.Column('due_at', sa.DateTime(timezone=True), server_default=sa.text('clock_timestamp()'), nullable=False),
    sa.Column('sent_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint("state IN ('queued', 'sending', 'sent', 'parked')", name=op.f('ck_mails_state')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_mails')),
    sa.UniqueConstraint('dedupe_key', name=op.f('uq_mails_dedupe_key'))
    )
    op.create_index('ix_mails_registration_id', 'mails', ['registration_id'], unique=False)
    op.create_index('ix_mails_order', 'mails', ['event_id', 'to_address'], unique=False, postgresql_where=sa.text("state IN ('queued', 'sending')"))
    op.create_index('ix_mails_waiting', 'mails', ['due_at'], unique=False, postgresql_where=sa.text("state IN ('queued', 'sending')"))


def downgrade() -> None:
    op.drop_index('ix_mails_order', table_name='mails', postgresql_where=sa.text("state IN ('queued', 'sending')"))
    op.drop_index('ix_mails_waiting', table_name='mails', postgresql_where=sa.text("state IN ('queued', 'sending')"))
    op.drop_index('ix_mails_registration_id', table_name='mails')
    op.drop_table('mails')
    op.drop_table('mailbox_messages')
    op.drop_table('feedback_handovers')
