"""An event is handed over to feedback again for those who are marked as attended later."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = 'events_0020'
down_revision: str | None = 'events_0010'
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

HANDOVERS = 'feedback_handovers'


def upgrade() -> None:
    op.add_column(HANDOVERS, sa.Column('due_at', sa.DateTime(timezone=True), nullable=True))
    op.add_column(HANDOVERS, sa.Column('rounds', sa.Integer(), server_default=sa.text('0'), nullable=False))
    op.drop_constraint(op.f('ck_feedback_handovers_survey'), HANDOVERS)
    op.drop_constraint(op.f('ck_feedback_handovers_tickets'), HANDOVERS)
    op.execute(
        "UPDATE feedback_handovers SET due_at = clock_timestamp(), rounds = (handed_at IS NOT NULL)::int,"
        " tickets = coalesce(tickets, 0)"
    )
    op.alter_column(HANDOVERS, 'tickets', server_default=sa.text('0'), nullable=False)
    op.drop_column(HANDOVERS, 'claimed_at')
    op.create_check_constraint(op.f('ck_feedback_handovers_rounds'), HANDOVERS, '(handed_at IS NULL) = (rounds = 0)')
    op.create_check_constraint(op.f('ck_feedback_handovers_survey'), HANDOVERS, '(survey_id IS NULL) = (rounds = 0)')
    op.create_check_constraint(op.f('ck_feedback_handovers_tickets'), HANDOVERS, 'tickets >= 0')


def downgrade() -> None:
    for name in ('rounds', 'survey', 'tickets'):
        op.drop_constraint(op.f(f'ck_feedback_handovers_{name}'), HANDOVERS)
    op.add_column(HANDOVERS, sa.Column('claimed_at', sa.DateTime(timezone=True), server_default=sa.text('clock_timestamp()'), nullable=True))
    op.alter_column(HANDOVERS, 'tickets', server_default=None, nullable=True)
    op.execute("UPDATE feedback_handovers SET tickets = NULL WHERE handed_at IS NULL")
    op.drop_column(HANDOVERS, 'rounds')
    op.drop_column(HANDOVERS, 'due_at')
    op.create_check_constraint(op.f('ck_feedback_handovers_survey'), HANDOVERS, '(handed_at IS NULL) = (survey_id IS NULL)')
    op.create_check_constraint(op.f('ck_feedback_handovers_tickets'), HANDOVERS, '(handed_at IS NULL) = (tickets IS NULL)')
