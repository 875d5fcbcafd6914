"""Code lists with their crosswalk; projects with their whole history."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = 'registry_0003'
down_revision: str | None = 'registry_0002'
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table('code_schemes',
    sa.Column('scheme', sa.Text(), nullable=False),
    sa.Column('name', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('source', sa.Text(), nullable=False),
    sa.PrimaryKeyConstraint('scheme', name=op.f('pk_code_schemes'))
    )
    op.create_table('projects',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('slug', sa.Text(), nullable=False),
    sa.Column('kind', sa.Text(), nullable=False),
    sa.Column('scope', sa.Text(), nullable=False),
    sa.Column('state', sa.Text(), nullable=False),
    sa.Column('name', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('sort_name', sa.Text(), nullable=False),
    sa.Column('summary', postgresql.JSONB(astext_type=sa.Text()), nullable=True),
    sa.Column('goals', postgresql.JSONB(astext_type=sa.Text()), nullable=True),
    sa.Column('background', postgresql.JSONB(astext_type=sa.Text()), nullable=True),
    sa.Column('decision_on', sa.Date(), nullable=True),
    sa.Column('starts_on', sa.Date(), nullable=True),
    sa.Column('ends_on', sa.Date(), nullable=True),
    sa.Column('programme_period', sa.Text(), nullable=True),
    sa.Column('fund', sa.Text(), nullable=True),
    sa.Column('priority_axis', sa.Text(), nullable=True),
    sa.Column('specific_objective', sa.Text(), nullable=True),
    sa.Column('programme_part', sa.Text(), nullable=True),
    sa.Column('edited_fields', postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'[]'::jsonb"), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), server_default=sa.text('clock_timestamp()'), nullable=False),
    sa.Column('names', sa.Text(), sa.Computed("lower(coalesce(name->>'fi', '') || ' ' || coalesce(name->>'sv', '') || ' ' || coalesce(name->>'en', ''))", persisted=True), nullable=False),
    sa.Column('search', postgresql.TSVECTOR(), sa.Computed("setweight(to_tsvector('finnish'::regconfig, coalesce(name->>'fi', '')), 'A') || setweight(to_tsvector('swedish'::regconfig, coalesce(name->>'sv', '')), 'A') || setweight(to_tsvector('english'::regconfig, coalesce(name->>'en', '')), 'A') || setweight(to_tsvector('simple'::regconfig, lower(coalesce(name->>'fi', '') || ' ' || coalesce(name->>'sv', '') || ' ' || coalesce(name->>'en', ''))), 'A') || setweight(to_tsvector('finnish'::regconfig, coalesce(summary->>'fi', '')), 'B') || setweight(to_tsvector('swedish'::regconfig, coalesce(summary->>'sv', '')), 'B') || setweight(to_tsvector('english'::regconfig, coalesce(summary->>'en', '')), 'B') || setweight(to_tsvector('finnish'::regconfig, coalesce(goals->>'fi', '')), 'C') || setweight(to_tsvector('swedish'::regconfig, coalesce(goals->>'sv', '')), 'C') || setweight(to_tsvector('english'::regconfig, coalesce(goals->>'en', '')), 'C') || setweight(to_tsvector('finnish'::regconfig, coalesce(background->>'fi', '')), 'D') || setweight(to_tsvector('swedish'::regconfig, coalesce(background->>'sv', '')), 'D') || setweight(to_tsvector('english'::regconfig, coalesce(background->>'en', '')), 'D')", persisted=True), nullable=False),
    sa.Column('version', sa.Integer(), server_default=sa.text('1'), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_projects')),
    sa.UniqueConstraint('slug', name=op.f('uq_projects_slug'))
    )
    op.create_index('ix_projects_kind_state', 'projects', ['kind', 'state'], unique=False)
    op.create_index('ix_projects_names', 'projects', ['names'], unique=False, postgresql_using='gin', postgresql_ops={'names': 'gin_trgm_ops'})
    op.create_index('ix_projects_search', 'projects', ['search'], unique=False, postgresql_using='gin')
    op.create_index('ix_projects_sort_name_id', 'projects', ['sort_name', 'id'], unique=False)
    op.create_index('ix_projects_starts_on', 'projects', ['starts_on'], unique=False)
    op.create_table('codes',
    sa.Column('scheme', sa.Text(), nullable=False),
    sa.Column('code', sa.Text(), nullable=False),
    sa.Column('name', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('sort_name', sa.Text(), nullable=False),
    sa.Column('place', sa.Integer(), nullable=False),
    sa.Column('valid_from', sa.Date(), nullable=True),
    sa.Column('valid_to', sa.Date(), nullable=True),
    sa.CheckConstraint('valid_to >= valid_from', name=op.f('ck_codes_validity')),
    sa.ForeignKeyConstraint(['scheme'], ['code_schemes.scheme'], name=op.f('fk_codes_scheme')),
    sa.PrimaryKeyConstraint('scheme', 'code', name=op.f('pk_codes'))
    )
    op.create_table('project_areas',
    sa.Column('project_id', sa.Uuid(), nullable=False),
    sa.Column('position', sa.SmallInteger(), nullable=False),
    sa.Column('scheme', sa.Text(), nullable=False),
    sa.Column('code', sa.Text(), nullable=False),
    sa.Column('meaning', sa.Text(), nullable=False),
    sa.Column('share', sa.Numeric(precision=5, scale=4), nullable=True),
    sa.ForeignKeyConstraint(['project_id'], ['projects.id'], name=op.f('fk_project_areas_project_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('project_id', 'position', name=op.f('pk_project_areas'))
    )
    op.create_index(op.f('ix_project_areas_scheme_code'), 'project_areas', ['scheme', 'code'], unique=False)
    op.create_table('project_dates',
    sa.Column('project_id', sa.Uuid(), nullable=False),
    sa.Column('position', sa.SmallInteger(), nullable=False),
    sa.Column('kind', sa.Text(), nullable=False),
    sa.Column('falls_on', sa.Date(), nullable=False),
    sa.Column('source', sa.Text(), nullable=True),
    sa.ForeignKeyConstraint(['project_id'], ['projects.id'], name=op.f('fk_project_dates_project_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('project_id', 'position', name=op.f('pk_project_dates'))
    )
    op.create_table('project_funding',
    sa.Column('project_id', sa.Uuid(), nullable=False),
    sa.Column('position', sa.SmallInteger(), nullable=False),
    sa.Column('source', sa.Text(), nullable=False),
    sa.Column('kind', sa.Text(), nullable=False),
    sa.Column('amount', sa.Numeric(precision=14, scale=2), nullable=False),
    sa.Column('currency', sa.Text(), nullable=False),
    sa.Column('as_of', sa.Date(), nullable=True),
    sa.Column('note', sa.Text(), nullable=True),
    sa.ForeignKeyConstraint(['project_id'], ['projects.id'], name=op.f('fk_project_funding_project_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('project_id', 'position', name=op.f('pk_project_funding'))
    )
    op.create_table('project_identifiers',
    sa.Column('scheme', sa.Text(), nullable=False),
    sa.Column('value', sa.Text(), nullable=False),
    sa.Column('project_id', sa.Uuid(), nullable=False),
    sa.Column('position', sa.SmallInteger(), nullable=False),
    sa.Column('valid_from', sa.Date(), nullable=True),
    sa.Column('valid_to', sa.Date(), nullable=True),
    sa.Column('source', sa.Text(), nullable=True),
    sa.CheckConstraint('valid_to >= valid_from', name=op.f('ck_project_identifiers_validity')),
    sa.ForeignKeyConstraint(['project_id'], ['projects.id'], name=op.f('fk_project_identifiers_project_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('scheme', 'value', name=op.f('pk_project_identifiers')),
    sa.UniqueConstraint('project_id', 'position', name=op.f('uq_project_identifiers_project_id_position'))
    )
    op.create_index(op.f('ix_project_identifiers_value'), 'project_identifiers', ['value'], unique=False)
    op.create_table('project_milestones',
    sa.Column('project_id', sa.Uuid(), nullable=False),
    sa.Column('position', sa.SmallInteger(), nullable=False),
    sa.Column('name', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('first_on', sa.Date(), nullable=False),
    sa.Column('precision', sa.Text(), nullable=False),
    sa.Column('state', sa.Text(), nullable=False),
    sa.Column('reached_on', sa.Date(), nullable=True),
    sa.Column('note', sa.Text(), nullable=True),
    sa.ForeignKeyConstraint(['project_id'], ['projects.id'], name=op.f('fk_project_milestones_project_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('project_id', 'position', name=op.f('pk_project_milestones'))
    )
    op.create_table('project_parties',
    sa.Column('project_id', sa.Uuid(), nullable=False),
    sa.Column('position', sa.SmallInteger(), nullable=False),
    sa.Column('organisation_id', sa.Uuid(), nullable=False),
    sa.Column('role', sa.Text(), nullable=False),
    sa.Column('starts_on', sa.Date(), nullable=True),
    sa.Column('ends_on', sa.Date(), nullable=True),
    sa.CheckConstraint('ends_on >= starts_on', name=op.f('ck_project_parties_validity')),
    sa.ForeignKeyConstraint(['organisation_id'], ['organisations.id'], name=op.f('fk_project_parties_organisation_id')),
    sa.ForeignKeyConstraint(['project_id'], ['projects.id'], name=op.f('fk_project_parties_project_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('project_id', 'position', name=op.f('pk_project_parties'))
    )
    op.create_index(op.f('ix_project_parties_organisation_id_role'), 'project_parties', ['organisation_id', 'role'], unique=False)
    op.create_table('project_relations',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('project_id', sa.Uuid(), nullable=False),
    sa.Column('kind', sa.Text(), nullable=False),
    sa.Column('other_id', sa.Uuid(), nullable=False),
    sa.Column('starts_on', sa.Date(), nullable=True),
    sa.Column('ends_on', sa.Date(), nullable=True),
    sa.Column('known_at', sa.DateTime(timezone=True), server_default=sa.text('clock_timestamp()'), nullable=False),
    sa.Column('withdrawn_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('version', sa.Integer(), server_default=sa.text('1'), nullable=False),
    sa.CheckConstraint('ends_on >= starts_on', name=op.f('ck_project_relations_validity')),
    sa.CheckConstraint('project_id <> other_id', name=op.f('ck_project_relations_two_projects')),
    sa.ForeignKeyConstraint(['other_id'], ['projects.id'], name=op.f('fk_project_relations_other_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['project_id'], ['projects.id'], name=op.f('fk_project_relations_project_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_project_relations'))
    )
    op.create_index(op.f('ix_project_relations_other_id'), 'project_relations', ['other_id'], unique=False)
    op.create_index('uq_project_relations_standing', 'project_relations', ['project_id', 'kind', 'other_id'], unique=True, postgresql_where=sa.text('withdrawn_at IS NULL'))
    op.create_table('project_revisions',
    sa.Column('project_id', sa.Uuid(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('known_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('entered_at', sa.DateTime(timezone=True), server_default=sa.text('clock_timestamp()'), nullable=False),
    sa.Column('author', sa.Text(), nullable=False),
    sa.Column('reason', sa.Text(), nullable=True),
    sa.Column('batch_id', sa.Uuid(), nullable=True),
    sa.Column('changed', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('facts', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.ForeignKeyConstraint(['project_id'], ['projects.id'], name=op.f('fk_project_revisions_project_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('project_id', 'version', name=op.f('pk_project_revisions'))
    )
    op.create_index(op.f('ix_project_revisions_batch_id'), 'project_revisions', ['batch_id'], unique=False)
    op.create_index(op.f('ix_project_revisions_project_id_known_at'), 'project_revisions', ['project_id', 'known_at'], unique=False)
    op.create_table('project_states',
    sa.Column('project_id', sa.Uuid(), nullable=False),
    sa.Column('position', sa.SmallInteger(), nullable=False),
    sa.Column('state', sa.Text(), nullable=False),
    sa.Column('since_on', sa.Date(), nullable=True),
    sa.Column('reason', sa.Text(), nullable=True),
    sa.ForeignKeyConstraint(['project_id'], ['projects.id'], name=op.f('fk_project_states_project_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('project_id', 'position', name=op.f('pk_project_states'))
    )
    op.create_table('project_topics',
    sa.Column('project_id', sa.Uuid(), nullable=False),
    sa.Column('position', sa.SmallInteger(), nullable=False),
    sa.Column('scheme', sa.Text(), nullable=False),
    sa.Column('code', sa.Text(), nullable=False),
    sa.ForeignKeyConstraint(['project_id'], ['projects.id'], name=op.f('fk_project_topics_project_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('project_id', 'position', name=op.f('pk_project_topics')),
    sa.UniqueConstraint('project_id', 'scheme', 'code', name=op.f('uq_project_topics_project_id_scheme_code'))
    )
    op.create_index(op.f('ix_project_topics_scheme_code'), 'project_topics', ['scheme', 'code'], unique=False)
    op.create_table('code_links',
    sa.Column('from_scheme', sa.Text(), nullable=False),
    sa.Column('from_code', sa.Text(), nullable=False),
    sa.Column('to_scheme', sa.Text(), nullable=False),
    sa.Column('to_code', sa.Text(), nullable=False),
    sa.Column('kind', sa.Text(), nullable=False),
    sa.Column('share', sa.Numeric(precision=7, scale=6), nullable=False),
    sa.CheckConstraint('share > 0 AND share <= 1', name=op.f('ck_code_links_share')),
    sa.ForeignKeyConstraint(['from_scheme', 'from_code'], ['codes.scheme', 'codes.code'], name=op.f('fk_code_links_from_scheme_from_code')),
    sa.ForeignKeyConstraint(['to_scheme', 'to_code'], ['codes.scheme', 'codes.code'], name=op.f('fk_code_links_to_scheme_to_code')),
    sa.PrimaryKeyConstraint('from_scheme', 'from_code', 'to_scheme', 'to_code', name=op.f('pk_code_links'))
    )
    op.create_index(op.f('ix_code_links_to_scheme_to_code'), 'code_links', ['to_scheme', 'to_code'], unique=False)
    op.create_table('code_parents',
    sa.Column('scheme', sa.Text(), nullable=False),
    sa.Column('code', sa.Text(), nullable=False),
    sa.Column('parent_scheme', sa.Text(), nullable=False),
    sa.Column('parent_code', sa.Text(), nullable=False),
    sa.ForeignKeyConstraint(['parent_scheme', 'parent_code'], ['codes.scheme', 'codes.code'], name=op.f('fk_code_parents_parent_scheme_parent_code')),
    sa.ForeignKeyConstraint(['scheme', 'code'], ['codes.scheme', 'codes.code'], name=op.f('fk_code_parents_scheme_code')),
    sa.PrimaryKeyConstraint('scheme', 'code', 'parent_scheme', 'parent_code', name=op.f('pk_code_parents'))
    )
    op.create_index(op.f('ix_code_parents_parent_scheme_parent_code'), 'code_parents', ['parent_scheme', 'parent_code'], unique=False)


def downgrade() -> None:
    op.drop_index(op.f('ix_code_parents_parent_scheme_parent_code'), table_name='code_parents')
    op.drop_table('code_parents')
    op.drop_index(op.f('ix_code_links_to_scheme_to_code'), table_name='code_links')
    op.drop_table('code_links')
    op.drop_index(op.f('ix_project_topics_scheme_code'), table_name='project_topics')
    op.drop_table('project_topics')
    op.drop_table('project_states')
    op.drop_index(op.f('ix_project_revisions_project_id_known_at'), table_name='project_revisions')
    op.drop_index(op.f('ix_project_revisions_batch_id'), table_name='project_revisions')
    op.drop_table('project_revisions')
    op.drop_index('uq_project_relations_standing', table_name='project_relations', postgresql_where=sa.text('withdrawn_at IS NULL'))
    op.drop_index(op.f('ix_project_relations_other_id'), table_name='project_relations')
    op.drop_table('project_relations')
    op.drop_index(op.f('ix_project_parties_organisation_id_role'), table_name='project_parties')
    op.drop_table('project_parties')
    op.drop_table('project_milestones')
    op.drop_index(op.f('ix_project_identifiers_value'), table_name='project_identifiers')
    op.drop_table('project_identifiers')
    op.drop_table('project_funding')
    op.drop_table('project_dates')
    op.drop_index(op.f('ix_project_areas_scheme_code'), table_name='project_areas')
    op.drop_table('project_areas')
    op.drop_table('codes')
    op.drop_index('ix_projects_starts_on', table_name='projects')
    op.drop_index('ix_projects_sort_name_id', table_name='projects')
    op.drop_index('ix_projects_search', table_name='projects', postgresql_using='gin')
    op.drop_index('ix_projects_names', table_name='projects', postgresql_using='gin', postgresql_ops={'names': 'gin_trgm_ops'})
    op.drop_index('ix_projects_kind_state', table_name='projects')
    op.drop_table('projects')
    op.drop_table('code_schemes')
