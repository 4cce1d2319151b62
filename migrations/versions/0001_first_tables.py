"""first tables."""

from alembic import op
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

from app.models.events import Xid8

revision = '0001'
down_revision = None


def upgrade() -> None:
    op.create_table('account',
    sa.Column('id', sa.Integer(), sa.Identity(always=True), nullable=False),
    sa.Column('username', sa.Text(), nullable=False),
    sa.Column('kind', sa.Text(), nullable=False),
    sa.Column('display_name', sa.Text(), nullable=False),
    sa.Column('password_hash', sa.Text(), nullable=False),
    sa.Column('scopes', postgresql.ARRAY(sa.Text()), nullable=False),
    sa.Column('auth_version', sa.Integer(), nullable=False),
    sa.Column('failed_attempts', sa.Integer(), nullable=False),
    sa.Column('locked_until', sa.DateTime(timezone=True), nullable=True),
    sa.Column('disabled_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint("kind in ('staff', 'machine')", name=op.f('ck_account_kind')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_account')),
    sa.UniqueConstraint('username', name=op.f('uq_account_username'))
    )
    op.create_table('clock_policy',
    sa.Column('id', sa.Integer(), sa.Identity(always=True), nullable=False),
    sa.Column('regime', sa.Text(), nullable=False),
    sa.Column('valid_from', sa.Date(), nullable=False),
    sa.Column('count_mode', sa.Text(), nullable=False),
    sa.Column('same_day_cutoff', sa.Integer(), nullable=False),
    sa.Column('minutes_per_working_day', sa.Integer(), nullable=False),
    sa.Column('supplement_effect', sa.Text(), nullable=False),
    sa.Column('payment_effect', sa.Text(), nullable=False),
    sa.Column('supplement_requests_allowed', sa.Integer(), nullable=False),
    sa.Column('supplement_wait_days', sa.Integer(), nullable=False),
    sa.Column('extensions_allowed', sa.Integer(), nullable=False),
    sa.Column('online_reply_hours', sa.Integer(), nullable=False),
    sa.Column('legal_basis', sa.Text(), nullable=False),
    sa.Column('confidence', sa.Text(), nullable=False),
    sa.CheckConstraint("count_mode in ('hours', 'days')", name=op.f('ck_clock_policy_count_mode')),
    sa.CheckConstraint("payment_effect in ('pause', 'restart', 'none')", name=op.f('ck_clock_policy_payment_effect')),
    sa.CheckConstraint("supplement_effect in ('pause', 'restart', 'none')", name=op.f('ck_clock_policy_supplement_effect')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_clock_policy')),
    sa.UniqueConstraint('valid_from', name=op.f('uq_clock_policy_valid_from'))
    )
    op.create_table('dossier_number',
    sa.Column('agency_code', sa.Text(), nullable=False),
    sa.Column('day', sa.Date(), nullable=False),
    sa.Column('last', sa.Integer(), nullable=False),
    sa.PrimaryKeyConstraint('agency_code', 'day', name=op.f('pk_dossier_number'))
    )
    op.create_table('follower_position',
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('xid', Xid8(), server_default=sa.text("'0'"), nullable=False),
    sa.Column('event_id', sa.BigInteger(), nullable=False),
    sa.Column('moved_at', sa.DateTime(timezone=True), nullable=True),
    sa.PrimaryKeyConstraint('name', name=op.f('pk_follower_position'))
    )
    op.create_table('idempotency_key',
    sa.Column('scope', sa.Text(), nullable=False),
    sa.Column('key', sa.Text(), nullable=False),
    sa.Column('request_hash', sa.LargeBinary(), nullable=False),
    sa.Column('status', sa.Integer(), nullable=False),
    sa.Column('headers', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('body', sa.Text(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('scope', 'key', name=op.f('pk_idempotency_key'))
    )
    op.create_index('ix_idempotency_key_created_at', 'idempotency_key', ['created_at'], unique=False)
    op.create_table('procedure',
    sa.Column('id', sa.Integer(), sa.Identity(always=True), nullable=False),
    sa.Column('code', sa.Text(), nullable=False),
    sa.Column('field', sa.Text(), nullable=False),
    sa.Column('synonyms', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('sibling_group', sa.Text(), nullable=True),
    sa.Column('distinguishing', sa.Text(), nullable=True),
    sa.Column('replaced_by', sa.Text(), nullable=True),
    sa.Column('search', sa.Text(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_procedure')),
    sa.UniqueConstraint('code', name=op.f('uq_procedure_code'))
    )
    op.create_index(op.f('ix_procedure_field'), 'procedure', ['field'], unique=False)
    op.create_index(op.f('ix_procedure_sibling_group'), 'procedure', ['sibling_group'], unique=False)
    op.create_table('statistics_cell',
    sa.Column('unit_id', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('procedure_id', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('grain', sa.Text(), nullable=False),
    sa.Column('bucket', sa.Date(), nullable=False),
    sa.Column('channel', sa.Text(), nullable=False),
    sa.Column('received', sa.Integer(), nullable=False),
    sa.Column('early', sa.Integer(), nullable=False),
    sa.Column('on_time', sa.Integer(), nullable=False),
    sa.Column('late', sa.Integer(), nullable=False),
    sa.Column('withdrawn', sa.Integer(), nullable=False),
    sa.Column('stopped', sa.Integer(), nullable=False),
    sa.Column('index_on_time', sa.Integer(), nullable=False),
    sa.Column('promise_kept', sa.Integer(), nullable=False),
    sa.Column('overdue_change', sa.Integer(), nullable=False),
    sa.Column('index_late_change', sa.Integer(), nullable=False),
    sa.Column('rated_1', sa.Integer(), nullable=False),
    sa.Column('rated_2', sa.Integer(), nullable=False),
    sa.Column('rated_3', sa.Integer(), nullable=False),
    sa.Column('rated_4', sa.Integer(), nullable=False),
    sa.Column('rated_5', sa.Integer(), nullable=False),
    sa.CheckConstraint('unit_id = 0 or procedure_id = 0', name=op.f('ck_statistics_cell_cut')),
    sa.CheckConstraint("grain in ('d', 'm', 'y')", name=op.f('ck_statistics_cell_grain')),
    sa.PrimaryKeyConstraint('unit_id', 'procedure_id', 'grain', 'bucket', 'channel', name=op.f('pk_statistics_cell')),
    postgresql_with={'fillfactor': '80'}
    )
    op.create_index('ix_statistics_cell_procedure', 'statistics_cell', ['procedure_id', 'grain', 'bucket'], unique=False)
    op.create_index('ix_statistics_cell_unit', 'statistics_cell', ['unit_id', 'grain', 'bucket'], unique=False)
    op.create_table('statistics_fine_cell',
    sa.Column('unit_id', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('procedure_id', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('grain', sa.Text(), nullable=False),
    sa.Column('bucket', sa.Date(), nullable=False),
    sa.Column('channel', sa.Text(), nullable=False),
    sa.Column('received', sa.Integer(), nullable=False),
    sa.Column('early', sa.Integer(), nullable=False),
    sa.Column('on_time', sa.Integer(), nullable=False),
    sa.Column('late', sa.Integer(), nullable=False),
    sa.Column('withdrawn', sa.Integer(), nullable=False),
    sa.Column('stopped', sa.Integer(), nullable=False),
    sa.Column('index_on_time', sa.Integer(), nullable=False),
    sa.Column('promise_kept', sa.Integer(), nullable=False),
    sa.Column('overdue_change', sa.Integer(), nullable=False),
    sa.Column('index_late_change', sa.Integer(), nullable=False),
    sa.Column('rated_1', sa.Integer(), nullable=False),
    sa.Column('rated_2', sa.Integer(), nullable=False),
    sa.Column('rated_3', sa.Integer(), nullable=False),
    sa.Column('rated_4', sa.Integer(), nullable=False),
    sa.Column('rated_5', sa.Integer(), nullable=False),
    sa.CheckConstraint('unit_id <> 0 and procedure_id <> 0', name=op.f('ck_statistics_fine_cell_cut')),
    sa.CheckConstraint("grain in ('d', 'm', 'y')", name=op.f('ck_statistics_fine_cell_grain')),
    sa.PrimaryKeyConstraint('unit_id', 'procedure_id', 'grain', 'bucket', 'channel', name=op.f('pk_statistics_fine_cell')),
    postgresql_with={'fillfactor': '80'}
    )
    op.create_index('ix_statistics_fine_cell_procedure', 'statistics_fine_cell', ['procedure_id', 'grain', 'bucket'], unique=False)
    op.create_index('ix_statistics_fine_cell_unit', 'statistics_fine_cell', ['unit_id', 'grain', 'bucket'], unique=False)
    op.create_table('stored_secret',
    sa.Column('id', sa.Integer(), sa.Identity(always=True), nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('value', sa.Text(), nullable=False),
    sa.CheckConstraint("value <> ''", name=op.f('ck_stored_secret_value')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_stored_secret')),
    sa.UniqueConstraint('name', name=op.f('uq_stored_secret_name'))
    )
    op.create_table('unit',
    sa.Column('id', sa.Integer(), sa.Identity(always=True), nullable=False),
    sa.Column('code', sa.Text(), nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('level', sa.Text(), nullable=False),
    sa.Column('parent_id', sa.Integer(), nullable=True),
    sa.Column('path', sa.Text(), nullable=False),
    sa.Column('search', sa.Text(), nullable=False),
    sa.Column('valid_from', sa.Date(), nullable=False),
    sa.Column('valid_to', sa.Date(), nullable=True),
    sa.Column('is_one_stop', sa.Boolean(), nullable=False),
    sa.Column('source', sa.Text(), nullable=False),
    sa.Column('confidence', sa.Text(), nullable=False),
    sa.CheckConstraint("level in ('ministry', 'province', 'department', 'district', 'commune', 'vertical')", name=op.f('ck_unit_level')),
    sa.CheckConstraint('valid_to is null or valid_to > valid_from', name=op.f('ck_unit_validity')),
    sa.ForeignKeyConstraint(['parent_id'], ['unit.id'], name=op.f('fk_unit_parent_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_unit')),
    sa.UniqueConstraint('code', name=op.f('uq_unit_code'))
    )
    op.create_index(op.f('ix_unit_parent_id'), 'unit', ['parent_id'], unique=False)
    op.create_index('ix_unit_path', 'unit', ['path'], unique=False, postgresql_ops={'path': 'text_pattern_ops'})
    op.create_table('agency_identifier',
    sa.Column('id', sa.Integer(), sa.Identity(always=True), nullable=False),
    sa.Column('unit_id', sa.Integer(), nullable=False),
    sa.Column('code', sa.Text(), nullable=False),
    sa.Column('valid_from', sa.Date(), nullable=False),
    sa.Column('valid_to', sa.Date(), nullable=True),
    sa.Column('source', sa.Text(), nullable=False),
    sa.Column('confidence', sa.Text(), nullable=False),
    sa.ForeignKeyConstraint(['unit_id'], ['unit.id'], name=op.f('fk_agency_identifier_unit_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_agency_identifier')),
    sa.UniqueConstraint('code', 'valid_from', name=op.f('uq_agency_identifier_code_valid_from'))
    )
    op.create_index('uq_agency_identifier_unit_current', 'agency_identifier', ['unit_id'], unique=True, postgresql_where=sa.text('valid_to is null'))
    op.create_table('audit_entry',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=True), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('account_id', sa.Integer(), nullable=True),
    sa.Column('action', sa.Text(), nullable=False),
    sa.Column('subject', sa.Text(), nullable=False),
    sa.Column('data', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.ForeignKeyConstraint(['account_id'], ['account.id'], name=op.f('fk_audit_entry_account_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_audit_entry'))
    )
    op.create_index(op.f('ix_audit_entry_at'), 'audit_entry', ['at'], unique=False)
    op.execute(sa.schema.CreateSequence(sa.Sequence('calendar_version')))
    op.create_table('calendar',
    sa.Column('id', sa.Integer(), sa.Identity(always=True), nullable=False),
    sa.Column('purpose', sa.Text(), nullable=False),
    sa.Column('unit_id', sa.Integer(), nullable=True),
    sa.Column('version', sa.Integer(), server_default=sa.text("nextval('calendar_version')"), nullable=False),
    sa.Column('known_until', sa.Date(), nullable=True),
    sa.CheckConstraint("known_until is not null or unit_id is not null or purpose = 'reception'", name=op.f('ck_calendar_national_is_known_until')),
    sa.CheckConstraint("purpose in ('deadline', 'reception')", name=op.f('ck_calendar_purpose')),
    sa.ForeignKeyConstraint(['unit_id'], ['unit.id'], name=op.f('fk_calendar_unit_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_calendar')),
    sa.UniqueConstraint('purpose', 'unit_id', name=op.f('uq_calendar_purpose_unit_id'), postgresql_nulls_not_distinct=True)
    )
    op.create_table('counter',
    sa.Column('id', sa.Integer(), sa.Identity(always=True), nullable=False),
    sa.Column('unit_id', sa.Integer(), nullable=False),
    sa.Column('code', sa.Text(), nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('closed_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['unit_id'], ['unit.id'], name=op.f('fk_counter_unit_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_counter')),
    sa.UniqueConstraint('unit_id', 'code', name=op.f('uq_counter_unit_id_code'))
    )
    op.create_table('office_hours',
    sa.Column('id', sa.Integer(), sa.Identity(always=True), nullable=False),
    sa.Column('purpose', sa.Text(), nullable=False),
    sa.Column('unit_id', sa.Integer(), nullable=True),
    sa.Column('weekday', sa.Integer(), nullable=False),
    sa.Column('opens', sa.Integer(), nullable=False),
    sa.Column('closes', sa.Integer(), nullable=False),
    sa.Column('valid_from', sa.Date(), nullable=True),
    sa.Column('valid_to', sa.Date(), nullable=True),
    sa.Column('source', sa.Text(), nullable=False),
    sa.Column('confidence', sa.Text(), nullable=False),
    sa.CheckConstraint("purpose in ('deadline', 'reception')", name=op.f('ck_office_hours_purpose')),
    sa.CheckConstraint('opens >= 0 and closes > opens and closes <= 1440', name=op.f('ck_office_hours_order')),
    sa.CheckConstraint('weekday between 0 and 6', name=op.f('ck_office_hours_weekday')),
    sa.ForeignKeyConstraint(['unit_id'], ['unit.id'], name=op.f('fk_office_hours_unit_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_office_hours'))
    )
    op.create_index(op.f('ix_office_hours_unit_id'), 'office_hours', ['unit_id'], unique=False)
    op.create_table('procedure_version',
    sa.Column('id', sa.Integer(), sa.Identity(always=True), nullable=False),
    sa.Column('procedure_id', sa.Integer(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('status', sa.Text(), nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('level', sa.Text(), nullable=True),
    sa.Column('legal_basis', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('result_types', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('case_variants', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('processing_system', sa.Text(), nullable=False),
    sa.Column('competent_level', sa.Text(), nullable=True),
    sa.Column('confidence', sa.Text(), nullable=False),
    sa.Column('fact_confidence', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('fee_set_by_council', sa.Boolean(), nullable=False),
    sa.Column('source', sa.Text(), nullable=False),
    sa.Column('notes', sa.Text(), nullable=False),
    sa.Column('valid_from', sa.Date(), nullable=False),
    sa.Column('valid_to', sa.Date(), nullable=True),
    sa.Column('published_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint("(status = 'draft') = (published_at is null)", name=op.f('ck_procedure_version_publication')),
    sa.CheckConstraint("level is null or level in ('full', 'partial', 'information')", name=op.f('ck_procedure_version_level')),
    sa.CheckConstraint("status in ('draft', 'published', 'replaced')", name=op.f('ck_procedure_version_status')),
    sa.ForeignKeyConstraint(['procedure_id'], ['procedure.id'], name=op.f('fk_procedure_version_procedure_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_procedure_version')),
    sa.UniqueConstraint('procedure_id', 'version', name=op.f('uq_procedure_version_procedure_id_version'))
    )
    op.create_index('uq_procedure_version_published', 'procedure_version', ['procedure_id'], unique=True, postgresql_where=sa.text("status = 'published'"))
    op.create_table('refresh_token',
    sa.Column('id', sa.Integer(), sa.Identity(always=True), nullable=False),
    sa.Column('account_id', sa.Integer(), nullable=False),
    sa.Column('family', sa.Text(), nullable=False),
    sa.Column('token_hash', sa.LargeBinary(), nullable=False),
    sa.Column('issued_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('expires_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('used_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('revoked_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['account_id'], ['account.id'], name=op.f('fk_refresh_token_account_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_refresh_token')),
    sa.UniqueConstraint('token_hash', name=op.f('uq_refresh_token_token_hash'))
    )
    op.create_index(op.f('ix_refresh_token_account_id'), 'refresh_token', ['account_id'], unique=False)
    op.create_index(op.f('ix_refresh_token_family'), 'refresh_token', ['family'], unique=False)
    op.create_table('role_grant',
    sa.Column('id', sa.Integer(), sa.Identity(always=True), nullable=False),
    sa.Column('account_id', sa.Integer(), nullable=False),
    sa.Column('role', sa.Text(), nullable=False),
    sa.Column('unit_id', sa.Integer(), nullable=False),
    sa.Column('granted_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('granted_by', sa.Integer(), nullable=True),
    sa.Column('revoked_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('revoked_by', sa.Integer(), nullable=True),
    sa.ForeignKeyConstraint(['account_id'], ['account.id'], name=op.f('fk_role_grant_account_id')),
    sa.ForeignKeyConstraint(['granted_by'], ['account.id'], name=op.f('fk_role_grant_granted_by')),
    sa.ForeignKeyConstraint(['revoked_by'], ['account.id'], name=op.f('fk_role_grant_revoked_by')),
    sa.ForeignKeyConstraint(['unit_id'], ['unit.id'], name=op.f('fk_role_grant_unit_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_role_grant'))
    )
    op.create_index(op.f('ix_role_grant_unit_id'), 'role_grant', ['unit_id'], unique=False)
    op.create_index('uq_role_grant_held', 'role_grant', ['account_id', 'role', 'unit_id'], unique=True, postgresql_where=sa.text('revoked_at is null'))
    op.create_table('calendar_day',
    sa.Column('id', sa.Integer(), sa.Identity(always=True), nullable=False),
    sa.Column('calendar_id', sa.Integer(), nullable=False),
    sa.Column('day', sa.Date(), nullable=False),
    sa.Column('kind', sa.Text(), nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('source', sa.Text(), nullable=False),
    sa.Column('confidence', sa.Text(), nullable=False),
    sa.Column('decided_on', sa.Date(), nullable=True),
    sa.Column('closes_from', sa.Integer(), nullable=True),
    sa.Column('closes_to', sa.Integer(), nullable=True),
    sa.Column('replaces', sa.Date(), nullable=True),
    sa.CheckConstraint("(kind = 'closure') = (closes_from is not null and closes_to is not null)", name=op.f('ck_calendar_day_closure')),
    sa.CheckConstraint("kind in ('work', 'rest', 'holiday', 'swap_work', 'swap_rest', 'closure')", name=op.f('ck_calendar_day_kind')),
    sa.CheckConstraint("source <> ''", name=op.f('ck_calendar_day_source')),
    sa.CheckConstraint('closes_from is null or closes_to > closes_from', name=op.f('ck_calendar_day_closure_order')),
    sa.ForeignKeyConstraint(['calendar_id'], ['calendar.id'], name=op.f('fk_calendar_day_calendar_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_calendar_day')),
    sa.UniqueConstraint('calendar_id', 'day', 'kind', 'closes_from', name=op.f('uq_calendar_day_calendar_id_day_kind_closes_from'), postgresql_nulls_not_distinct=True)
    )
    op.create_table('dossier',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=True), nullable=False),
    sa.Column('code', sa.Text(), nullable=False),
    sa.Column('state', sa.SmallInteger(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('channel', sa.Text(), nullable=False),
    sa.Column('procedure_id', sa.Integer(), nullable=False),
    sa.Column('procedure_version_id', sa.Integer(), nullable=False),
    sa.Column('case_variant', sa.Text(), nullable=False),
    sa.Column('supporting_unit_id', sa.Integer(), nullable=True),
    sa.Column('receiving_unit_id', sa.Integer(), nullable=False),
    sa.Column('competent_unit_id', sa.Integer(), nullable=False),
    sa.Column('assignee_id', sa.Integer(), nullable=True),
    sa.Column('registered_by', sa.Integer(), nullable=True),
    sa.Column('summary', sa.Text(), nullable=False),
    sa.Column('return_channel', sa.Text(), nullable=False),
    sa.Column('return_address', sa.Text(), nullable=True),
    sa.Column('registered_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('accepted_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('started_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('promised_due_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('current_due_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('due_provisional', sa.Boolean(), nullable=False),
    sa.Column('suspended_since', sa.DateTime(timezone=True), nullable=True),
    sa.Column('resolved_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('returned_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('limit_value', sa.Integer(), nullable=True),
    sa.Column('limit_unit', sa.Text(), nullable=True),
    sa.Column('clock_policy_id', sa.Integer(), nullable=True),
    sa.Column('calendar_version', sa.Text(), nullable=True),
    sa.Column('supplement_count', sa.Integer(), nullable=False),
    sa.Column('extension_count', sa.Integer(), nullable=False),
    sa.Column('imported', sa.Boolean(), nullable=False),
    sa.CheckConstraint("channel in ('counter', 'online', 'postal')", name=op.f('ck_dossier_channel')),
    sa.CheckConstraint("return_channel in ('counter', 'online', 'postal')", name=op.f('ck_dossier_return_channel')),
    sa.CheckConstraint('(accepted_at is null) = (promised_due_at is null) and (accepted_at is null) = (current_due_at is null)', name=op.f('ck_dossier_accepted_has_due')),
    sa.CheckConstraint('\ncase state\n  when 1 then accepted_at is null and ended_at is null\n  when 2 then accepted_at is not null and ended_at is null\n  when 3 then accepted_at is null and ended_at is not null\n  when 4 then accepted_at is not null and started_at is not null and ended_at is null\n  when 5 then ended_at is null\n  when 6 then accepted_at is not null and ended_at is null\n  when 7 then ended_at is not null and resolved_at is null\n  when 8 then ended_at is not null and resolved_at is null\n  when 9 then accepted_at is not null and resolved_at = ended_at and returned_at is null\n  when 10 then accepted_at is not null and resolved_at = ended_at and returned_at >= resolved_at\nend\n', name=op.f('ck_dossier_state_and_dates')),
    sa.CheckConstraint('accepted_at is null or accepted_at >= registered_at', name=op.f('ck_dossier_accepted_after_registered')),
    sa.CheckConstraint('state between 1 and 10', name=op.f('ck_dossier_state')),
    sa.CheckConstraint('suspended_since is null or state in (5, 6)', name=op.f('ck_dossier_suspension_state')),
    sa.ForeignKeyConstraint(['assignee_id'], ['account.id'], name=op.f('fk_dossier_assignee_id')),
    sa.ForeignKeyConstraint(['clock_policy_id'], ['clock_policy.id'], name=op.f('fk_dossier_clock_policy_id')),
    sa.ForeignKeyConstraint(['competent_unit_id'], ['unit.id'], name=op.f('fk_dossier_competent_unit_id')),
    sa.ForeignKeyConstraint(['procedure_id'], ['procedure.id'], name=op.f('fk_dossier_procedure_id')),
    sa.ForeignKeyConstraint(['procedure_version_id'], ['procedure_version.id'], name=op.f('fk_dossier_procedure_version_id')),
    sa.ForeignKeyConstraint(['receiving_unit_id'], ['unit.id'], name=op.f('fk_dossier_receiving_unit_id')),
    sa.ForeignKeyConstraint(['registered_by'], ['account.id'], name=op.f('fk_dossier_registered_by')),
    sa.ForeignKeyConstraint(['supporting_unit_id'], ['unit.id'], name=op.f('fk_dossier_supporting_unit_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_dossier')),
    sa.UniqueConstraint('code', name=op.f('uq_dossier_code'))
    )
    op.create_index('ix_dossier_competent_registered', 'dossier', ['competent_unit_id', 'registered_at', 'id'], unique=False)
    op.create_index('ix_dossier_open_competent_due', 'dossier', ['competent_unit_id', 'current_due_at', 'id'], unique=False, postgresql_where=sa.text('ended_at is null and accepted_at is not null'))
    op.create_index('ix_dossier_open_due', 'dossier', ['current_due_at', 'id'], unique=False, postgresql_where=sa.text('ended_at is null and accepted_at is not null'))
    op.create_index('ix_dossier_open_receiving_due', 'dossier', ['receiving_unit_id', 'current_due_at', 'id'], unique=False, postgresql_where=sa.text('ended_at is null and accepted_at is not null'))
    op.create_index('ix_dossier_receiving_registered', 'dossier', ['receiving_unit_id', 'registered_at', 'id'], unique=False)
    op.create_index('ix_dossier_registered', 'dossier', ['registered_at', 'id'], unique=False)
    op.create_table('procedure_component',
    sa.Column('id', sa.Integer(), sa.Identity(always=True), nullable=False),
    sa.Column('version_id', sa.Integer(), nullable=False),
    sa.Column('case_variant', sa.Text(), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('code', sa.Text(), nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('originals', sa.Integer(), nullable=False),
    sa.Column('copies', sa.Integer(), nullable=False),
    sa.Column('required', sa.Boolean(), nullable=False),
    sa.Column('presented_only', sa.Boolean(), nullable=False),
    sa.Column('digitization_required', sa.Boolean(), nullable=False),
    sa.Column('data_satisfiable', sa.Boolean(), nullable=False),
    sa.Column('confidence', sa.Text(), nullable=False),
    sa.Column('flags_confidence', sa.Text(), nullable=False),
    sa.ForeignKeyConstraint(['version_id'], ['procedure_version.id'], name=op.f('fk_procedure_component_version_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_procedure_component')),
    sa.UniqueConstraint('version_id', 'case_variant', 'code', name=op.f('uq_procedure_component_version_id_case_variant_code'))
    )
    op.create_table('procedure_fee',
    sa.Column('id', sa.Integer(), sa.Identity(always=True), nullable=False),
    sa.Column('version_id', sa.Integer(), nullable=False),
    sa.Column('channel', sa.Text(), nullable=False),
    sa.Column('code', sa.Text(), nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('amount_vnd', sa.BigInteger(), nullable=False),
    sa.Column('per', sa.Text(), nullable=False),
    sa.Column('tariff', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('confidence', sa.Text(), nullable=False),
    sa.CheckConstraint('amount_vnd >= 0', name=op.f('ck_procedure_fee_amount')),
    sa.ForeignKeyConstraint(['version_id'], ['procedure_version.id'], name=op.f('fk_procedure_fee_version_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_procedure_fee'))
    )
    op.create_index(op.f('ix_procedure_fee_version_id'), 'procedure_fee', ['version_id'], unique=False)
    op.create_table('procedure_term',
    sa.Column('id', sa.Integer(), sa.Identity(always=True), nullable=False),
    sa.Column('version_id', sa.Integer(), nullable=False),
    sa.Column('case_variant', sa.Text(), nullable=False),
    sa.Column('channel', sa.Text(), nullable=False),
    sa.Column('statutory_value', sa.Integer(), nullable=False),
    sa.Column('statutory_unit', sa.Text(), nullable=False),
    sa.Column('committed_value', sa.Integer(), nullable=False),
    sa.Column('committed_unit', sa.Text(), nullable=False),
    sa.Column('verification_value', sa.Integer(), nullable=True),
    sa.Column('verification_unit', sa.Text(), nullable=True),
    sa.Column('verification_confidence', sa.Text(), nullable=True),
    sa.Column('confidence', sa.Text(), nullable=False),
    sa.CheckConstraint("channel in ('counter', 'online', 'postal')", name=op.f('ck_procedure_term_channel')),
    sa.CheckConstraint("statutory_unit in ('working_hours', 'working_days', 'calendar_days', 'same_day', 'half_day') and committed_unit in ('working_hours', 'working_days', 'calendar_days', 'same_day', 'half_day')", name=op.f('ck_procedure_term_unit')),
    sa.CheckConstraint('statutory_value > 0 and committed_value > 0', name=op.f('ck_procedure_term_positive')),
    sa.ForeignKeyConstraint(['version_id'], ['procedure_version.id'], name=op.f('fk_procedure_term_version_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_procedure_term')),
    sa.UniqueConstraint('version_id', 'case_variant', 'channel', name=op.f('uq_procedure_term_version_id_case_variant_channel'))
    )
    op.create_table('deadline_adjustment',
    sa.Column('dossier_id', sa.BigInteger(), nullable=False),
    sa.Column('seq', sa.Integer(), nullable=False),
    sa.Column('cause', sa.Text(), nullable=False),
    sa.Column('effect', sa.Text(), nullable=False),
    sa.Column('from_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('to_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('minutes', sa.Integer(), nullable=False),
    sa.Column('before_due', sa.DateTime(timezone=True), nullable=False),
    sa.Column('after_due', sa.DateTime(timezone=True), nullable=False),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('legal_basis', sa.Text(), nullable=False),
    sa.Column('recorded_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('recorded_by', sa.Integer(), nullable=True),
    sa.CheckConstraint("cause in ('supplement_wait', 'payment_wait', 'extension', 'calendar_change', 'correction')", name=op.f('ck_deadline_adjustment_cause')),
    sa.CheckConstraint('to_at is null or to_at >= from_at', name=op.f('ck_deadline_adjustment_interval')),
    sa.ForeignKeyConstraint(['dossier_id'], ['dossier.id'], name=op.f('fk_deadline_adjustment_dossier_id')),
    sa.ForeignKeyConstraint(['recorded_by'], ['account.id'], name=op.f('fk_deadline_adjustment_recorded_by')),
    sa.PrimaryKeyConstraint('dossier_id', 'seq', name=op.f('pk_deadline_adjustment'))
    )
    op.create_table('dossier_alias',
    sa.Column('code', sa.Text(), nullable=False),
    sa.Column('dossier_id', sa.BigInteger(), nullable=False),
    sa.Column('system', sa.Text(), nullable=False),
    sa.Column('added_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['dossier_id'], ['dossier.id'], name=op.f('fk_dossier_alias_dossier_id')),
    sa.PrimaryKeyConstraint('code', name=op.f('pk_dossier_alias'))
    )
    op.create_index('ix_dossier_alias_dossier_id', 'dossier_alias', ['dossier_id'], unique=False)
    op.create_table('dossier_component',
    sa.Column('dossier_id', sa.BigInteger(), nullable=False),
    sa.Column('code', sa.Text(), nullable=False),
    sa.Column('originals', sa.Integer(), nullable=False),
    sa.Column('certified_copies', sa.Integer(), nullable=False),
    sa.Column('photocopies', sa.Integer(), nullable=False),
    sa.Column('source', sa.Text(), nullable=False),
    sa.CheckConstraint("source in ('paper', 'upload', 'data', 'reused')", name=op.f('ck_dossier_component_source')),
    sa.CheckConstraint('originals >= 0 and certified_copies >= 0 and photocopies >= 0', name=op.f('ck_dossier_component_counts')),
    sa.ForeignKeyConstraint(['dossier_id'], ['dossier.id'], name=op.f('fk_dossier_component_dossier_id')),
    sa.PrimaryKeyConstraint('dossier_id', 'code', name=op.f('pk_dossier_component'))
    )
    op.create_table('dossier_correction',
    sa.Column('dossier_id', sa.BigInteger(), nullable=False),
    sa.Column('seq', sa.Integer(), nullable=False),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('before', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('after', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('corrected_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('corrected_by', sa.Integer(), nullable=True),
    sa.ForeignKeyConstraint(['corrected_by'], ['account.id'], name=op.f('fk_dossier_correction_corrected_by')),
    sa.ForeignKeyConstraint(['dossier_id'], ['dossier.id'], name=op.f('fk_dossier_correction_dossier_id')),
    sa.PrimaryKeyConstraint('dossier_id', 'seq', name=op.f('pk_dossier_correction'))
    )
    op.create_table('dossier_event',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=True), nullable=False),
    sa.Column('xid', Xid8(), server_default=sa.text('pg_current_xact_id()'), nullable=False),
    sa.Column('dossier_id', sa.BigInteger(), nullable=False),
    sa.Column('seq', sa.Integer(), nullable=False),
    sa.Column('type', sa.Text(), nullable=False),
    sa.Column('state', sa.Integer(), nullable=False),
    sa.Column('actor_id', sa.Integer(), nullable=True),
    sa.Column('unit_id', sa.Integer(), nullable=True),
    sa.Column('occurred_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('data', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.ForeignKeyConstraint(['actor_id'], ['account.id'], name=op.f('fk_dossier_event_actor_id')),
    sa.ForeignKeyConstraint(['dossier_id'], ['dossier.id'], name=op.f('fk_dossier_event_dossier_id')),
    sa.ForeignKeyConstraint(['unit_id'], ['unit.id'], name=op.f('fk_dossier_event_unit_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_dossier_event')),
    sa.UniqueConstraint('dossier_id', 'seq', name=op.f('uq_dossier_event_dossier_id_seq'))
    )
    op.create_index('ix_dossier_event_position', 'dossier_event', ['xid', 'id'], unique=False)
    op.create_table('dossier_fact',
    sa.Column('dossier_id', sa.BigInteger(), autoincrement=False, nullable=False),
    sa.Column('unit_id', sa.Integer(), nullable=False),
    sa.Column('procedure_id', sa.Integer(), nullable=False),
    sa.Column('channel', sa.Text(), nullable=False),
    sa.Column('received_on', sa.Date(), nullable=False),
    sa.Column('ended_on', sa.Date(), nullable=True),
    sa.Column('ending', sa.Text(), nullable=True),
    sa.Column('outcome', sa.Text(), nullable=True),
    sa.Column('index_on_time', sa.Boolean(), nullable=False),
    sa.Column('promise_kept', sa.Boolean(), nullable=False),
    sa.Column('due_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('overdue_on', sa.Date(), nullable=True),
    sa.Column('index_late_on', sa.Date(), nullable=True),
    sa.Column('asked_twice', sa.Boolean(), nullable=False),
    sa.Column('rated_on', sa.Date(), nullable=True),
    sa.Column('rating', sa.SmallInteger(), nullable=True),
    sa.CheckConstraint('(ending is null) = (ended_on is null)', name=op.f('ck_dossier_fact_ended')),
    sa.CheckConstraint("ending is null or ending in ('resolved', 'withdrawn', 'stopped')", name=op.f('ck_dossier_fact_ending')),
    sa.CheckConstraint("outcome is null or outcome in ('early', 'on_time', 'late')", name=op.f('ck_dossier_fact_outcome')),
    sa.PrimaryKeyConstraint('dossier_id', name=op.f('pk_dossier_fact'))
    )
    op.create_index('ix_dossier_fact_open_due', 'dossier_fact', ['due_at'], unique=False, postgresql_where=sa.text('ended_on is null'))
    op.create_table('dossier_outcome',
    sa.Column('dossier_id', sa.BigInteger(), nullable=False),
    sa.Column('kind', sa.Text(), nullable=False),
    sa.Column('reason_code', sa.Text(), nullable=True),
    sa.Column('explanation', sa.Text(), nullable=False),
    sa.Column('legal_basis', sa.Text(), nullable=False),
    sa.Column('result_number', sa.Text(), nullable=True),
    sa.Column('result_type', sa.Text(), nullable=True),
    sa.Column('decided_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('decided_by', sa.Integer(), nullable=True),
    sa.CheckConstraint("kind in ('resolved', 'refused', 'withdrawn', 'stopped')", name=op.f('ck_dossier_outcome_kind')),
    sa.ForeignKeyConstraint(['decided_by'], ['account.id'], name=op.f('fk_dossier_outcome_decided_by')),
    sa.ForeignKeyConstraint(['dossier_id'], ['dossier.id'], name=op.f('fk_dossier_outcome_dossier_id')),
    sa.PrimaryKeyConstraint('dossier_id', name=op.f('pk_dossier_outcome'))
    )
    op.create_table('dossier_party',
    sa.Column('dossier_id', sa.BigInteger(), nullable=False),
    sa.Column('role', sa.Text(), nullable=False),
    sa.Column('kind', sa.Text(), nullable=False),
    sa.Column('full_name', sa.Text(), nullable=False),
    sa.Column('name_search', sa.Text(), nullable=False),
    sa.Column('identity_number', sa.Text(), nullable=True),
    sa.Column('date_of_birth', sa.Date(), nullable=True),
    sa.Column('gender', sa.Text(), nullable=True),
    sa.Column('phone', sa.Text(), nullable=True),
    sa.Column('email', sa.Text(), nullable=True),
    sa.Column('address', sa.Text(), nullable=True),
    sa.CheckConstraint("kind in ('citizen', 'enterprise', 'organization', 'other')", name=op.f('ck_dossier_party_kind')),
    sa.CheckConstraint("role in ('applicant', 'representative')", name=op.f('ck_dossier_party_role')),
    sa.ForeignKeyConstraint(['dossier_id'], ['dossier.id'], name=op.f('fk_dossier_party_dossier_id')),
    sa.PrimaryKeyConstraint('dossier_id', 'role', name=op.f('pk_dossier_party'))
    )
    op.create_index('ix_dossier_party_identity_number', 'dossier_party', ['identity_number'], unique=False, postgresql_where=sa.text('identity_number is not null'))
    op.create_index('ix_dossier_party_name_words', 'dossier_party', [sa.literal_column("to_tsvector('simple'::regconfig, name_search)")], unique=False, postgresql_using='gin')
    op.create_table('hand_over',
    sa.Column('dossier_id', sa.BigInteger(), nullable=False),
    sa.Column('method', sa.Text(), nullable=False),
    sa.Column('receiver_name', sa.Text(), nullable=True),
    sa.Column('receiver_identity_number', sa.Text(), nullable=True),
    sa.Column('relationship', sa.Text(), nullable=True),
    sa.Column('proof', sa.Text(), nullable=True),
    sa.Column('tracking_number', sa.Text(), nullable=True),
    sa.Column('link', sa.Text(), nullable=True),
    sa.Column('handed_over_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('handed_over_by', sa.Integer(), nullable=True),
    sa.CheckConstraint("method <> 'counter' or (receiver_name is not null and proof is not null)", name=op.f('ck_hand_over_counter')),
    sa.CheckConstraint("method <> 'postal' or tracking_number is not null", name=op.f('ck_hand_over_postal')),
    sa.CheckConstraint("method in ('counter', 'postal', 'online')", name=op.f('ck_hand_over_method')),
    sa.ForeignKeyConstraint(['dossier_id'], ['dossier.id'], name=op.f('fk_hand_over_dossier_id')),
    sa.ForeignKeyConstraint(['handed_over_by'], ['account.id'], name=op.f('fk_hand_over_handed_over_by')),
    sa.PrimaryKeyConstraint('dossier_id', name=op.f('pk_hand_over'))
    )
    op.create_table('payment_request',
    sa.Column('dossier_id', sa.BigInteger(), nullable=False),
    sa.Column('seq', sa.Integer(), nullable=False),
    sa.Column('amount_vnd', sa.BigInteger(), nullable=False),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('requested_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('requested_by', sa.Integer(), nullable=True),
    sa.Column('paid_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('method', sa.Text(), nullable=True),
    sa.Column('reference', sa.Text(), nullable=True),
    sa.CheckConstraint('amount_vnd > 0', name=op.f('ck_payment_request_amount')),
    sa.ForeignKeyConstraint(['dossier_id'], ['dossier.id'], name=op.f('fk_payment_request_dossier_id')),
    sa.ForeignKeyConstraint(['requested_by'], ['account.id'], name=op.f('fk_payment_request_requested_by')),
    sa.PrimaryKeyConstraint('dossier_id', 'seq', name=op.f('pk_payment_request'))
    )
    op.create_index('uq_payment_request_open', 'payment_request', ['dossier_id'], unique=True, postgresql_where=sa.text('paid_at is null'))
    op.create_table('rating',
    sa.Column('dossier_id', sa.BigInteger(), nullable=False),
    sa.Column('level', sa.Integer(), nullable=False),
    sa.Column('reasons', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('comment', sa.Text(), nullable=True),
    sa.Column('channel', sa.Text(), nullable=False),
    sa.Column('assisted', sa.Boolean(), nullable=False),
    sa.Column('rated_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint("channel in ('own_device', 'kiosk', 'phone', 'paper', 'imported')", name=op.f('ck_rating_channel')),
    sa.CheckConstraint('level between 1 and 5', name=op.f('ck_rating_level')),
    sa.ForeignKeyConstraint(['dossier_id'], ['dossier.id'], name=op.f('fk_rating_dossier_id')),
    sa.PrimaryKeyConstraint('dossier_id', name=op.f('pk_rating'))
    )
    op.create_table('receipt',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=True), nullable=False),
    sa.Column('dossier_id', sa.BigInteger(), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('lookup_secret', sa.Text(), nullable=False),
    sa.Column('rating_token', sa.Text(), nullable=False),
    sa.Column('issued_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('issued_by', sa.Integer(), nullable=True),
    sa.Column('promised_due_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('voided_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('void_reason', sa.Text(), nullable=True),
    sa.ForeignKeyConstraint(['dossier_id'], ['dossier.id'], name=op.f('fk_receipt_dossier_id')),
    sa.ForeignKeyConstraint(['issued_by'], ['account.id'], name=op.f('fk_receipt_issued_by')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_receipt')),
    sa.UniqueConstraint('dossier_id', 'number', name=op.f('uq_receipt_dossier_id_number')),
    sa.UniqueConstraint('rating_token', name=op.f('uq_receipt_rating_token'))
    )
    op.create_index('uq_receipt_valid', 'receipt', ['dossier_id'], unique=True, postgresql_where=sa.text('voided_at is null'))
    op.create_table('supplement_request',
    sa.Column('dossier_id', sa.BigInteger(), nullable=False),
    sa.Column('seq', sa.Integer(), nullable=False),
    sa.Column('items', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('before_acceptance', sa.Boolean(), nullable=False),
    sa.Column('leader_reason', sa.Text(), nullable=True),
    sa.Column('requested_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('requested_by', sa.Integer(), nullable=True),
    sa.Column('answer_due_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('received_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['dossier_id'], ['dossier.id'], name=op.f('fk_supplement_request_dossier_id')),
    sa.ForeignKeyConstraint(['requested_by'], ['account.id'], name=op.f('fk_supplement_request_requested_by')),
    sa.PrimaryKeyConstraint('dossier_id', 'seq', name=op.f('pk_supplement_request'))
    )
    op.create_index('uq_supplement_request_open', 'supplement_request', ['dossier_id'], unique=True, postgresql_where=sa.text('received_at is null'))


def downgrade() -> None:
    op.drop_index('uq_supplement_request_open', table_name='supplement_request', postgresql_where=sa.text('received_at is null'))
    op.drop_table('supplement_request')
    op.drop_index('uq_receipt_valid', table_name='receipt', postgresql_where=sa.text('voided_at is null'))
    op.drop_table('receipt')
    op.drop_table('rating')
    op.drop_index('uq_payment_request_open', table_name='payment_request', postgresql_where=sa.text('paid_at is null'))
    op.drop_table('payment_request')
    op.drop_table('hand_over')
    op.drop_index('ix_dossier_party_name_words', table_name='dossier_party', postgresql_using='gin')
    op.drop_index('ix_dossier_party_identity_number', table_name='dossier_party', postgresql_where=sa.text('identity_number is not null'))
    op.drop_table('dossier_party')
    op.drop_table('dossier_outcome')
    op.drop_index('ix_dossier_fact_open_due', table_name='dossier_fact', postgresql_where=sa.text('ended_on is null'))
    op.drop_table('dossier_fact')
    op.drop_index('ix_dossier_event_position', table_name='dossier_event')
    op.drop_table('dossier_event')
    op.drop_table('dossier_correction')
    op.drop_table('dossier_component')
    op.drop_index('ix_dossier_alias_dossier_id', table_name='dossier_alias')
    op.drop_table('dossier_alias')
    op.drop_table('deadline_adjustment')
    op.drop_table('procedure_term')
    op.drop_index(op.f('ix_procedure_fee_version_id'), table_name='procedure_fee')
    op.drop_table('procedure_fee')
    op.drop_table('procedure_component')
    op.drop_index('ix_dossier_registered', table_name='dossier')
    op.drop_index('ix_dossier_receiving_registered', table_name='dossier')
    op.drop_index('ix_dossier_open_receiving_due', table_name='dossier', postgresql_where=sa.text('ended_at is null and accepted_at is not null'))
    op.drop_index('ix_dossier_open_due', table_name='dossier', postgresql_where=sa.text('ended_at is null and accepted_at is not null'))
    op.drop_index('ix_dossier_open_competent_due', table_name='dossier', postgresql_where=sa.text('ended_at is null and accepted_at is not null'))
    op.drop_index('ix_dossier_competent_registered', table_name='dossier')
    op.drop_table('dossier')
    op.drop_table('calendar_day')
    op.drop_index('uq_role_grant_held', table_name='role_grant', postgresql_where=sa.text('revoked_at is null'))
    op.drop_index(op.f('ix_role_grant_unit_id'), table_name='role_grant')
    op.drop_table('role_grant')
    op.drop_index(op.f('ix_refresh_token_family'), table_name='refresh_token')
    op.drop_index(op.f('ix_refresh_token_account_id'), table_name='refresh_token')
    op.drop_table('refresh_token')
    op.drop_index('uq_procedure_version_published', table_name='procedure_version', postgresql_where=sa.text("status = 'published'"))
    op.drop_table('procedure_version')
    op.drop_index(op.f('ix_office_hours_unit_id'), table_name='office_hours')
    op.drop_table('office_hours')
    op.drop_table('counter')
    op.drop_table('calendar')
    op.execute(sa.schema.DropSequence(sa.Sequence('calendar_version')))
    op.drop_index(op.f('ix_audit_entry_at'), table_name='audit_entry')
    op.drop_table('audit_entry')
    op.drop_index('uq_agency_identifier_unit_current', table_name='agency_identifier', postgresql_where=sa.text('valid_to is null'))
    op.drop_table('agency_identifier')
    op.drop_index('ix_unit_path', table_name='unit', postgresql_ops={'path': 'text_pattern_ops'})
    op.drop_index(op.f('ix_unit_parent_id'), table_name='unit')
    op.drop_table('unit')
    op.drop_table('stored_secret')
    op.drop_index('ix_statistics_fine_cell_unit', table_name='statistics_fine_cell')
    op.drop_index('ix_statistics_fine_cell_procedure', table_name='statistics_fine_cell')
    op.drop_table('statistics_fine_cell')
    op.drop_index('ix_statistics_cell_unit', table_name='statistics_cell')
    op.drop_index('ix_statistics_cell_procedure', table_name='statistics_cell')
    op.drop_table('statistics_cell')
    op.drop_index(op.f('ix_procedure_sibling_group'), table_name='procedure')
    op.drop_index(op.f('ix_procedure_field'), table_name='procedure')
    op.drop_table('procedure')
    op.drop_index('ix_idempotency_key_created_at', table_name='idempotency_key')
    op.drop_table('idempotency_key')
    op.drop_table('follower_position')
    op.drop_table('dossier_number')
    op.drop_table('clock_policy')
    op.drop_table('account')
