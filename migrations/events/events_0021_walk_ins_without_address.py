"""A walk-in may give no address."""

from collections.abc import Sequence

from alembic import op

revision: str = 'events_0021'
down_revision: str | None = 'events_0020'
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.alter_column('registrations', 'email', nullable=True)
    op.create_check_constraint(op.f('ck_registrations_email'), 'registrations', "email IS NOT NULL OR origin = 'walk_in'")


def downgrade() -> None:
    op.drop_constraint(op.f('ck_registrations_email'), 'registrations')
    op.execute("UPDATE registrations SET email = '' WHERE email IS NULL")
    op.alter_column('registrations', 'email', nullable=False)
