"""Tickets forget their batch: of a batch of one it would be known whether that person has answered."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = 'feedback_0003'
down_revision: str | None = 'feedback_0002'
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.drop_column('tickets', 'batch_id')


def downgrade() -> None:
    op.add_column('tickets', sa.Column('batch_id', sa.Uuid(), nullable=True))
    op.execute("UPDATE tickets SET batch_id = (SELECT min(b.id::text)::uuid FROM ticket_batches b WHERE b.survey_id = tickets.survey_id)")
    op.alter_column('tickets', 'batch_id', nullable=False)
    op.create_foreign_key(op.f('fk_tickets_batch_id'), 'tickets', 'ticket_batches', ['batch_id'], ['id'])
    op.create_index(op.f('ix_tickets_batch_id'), 'tickets', ['batch_id'], unique=False)
