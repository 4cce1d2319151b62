"""Results, the queue of signatures, delegations to sign, and what a hand-over must prove."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0008"
down_revision = "0007"

INSTANT = sa.DateTime(timezone=True)

# A published result is history: its content stands, only how it stands now may change.
GUARDS = """
create function keep_signed_result() returns trigger language plpgsql as $$
declare
  standing text[] := array['status', 'paper_id', 'published_at', 'published_by', 'ended_at', 'ended_by',
    'end_reason_code', 'end_reason'];
begin
  if old.signed_sha256 is not null and to_jsonb(new) - standing is distinct from to_jsonb(old) - standing then
    raise exception 'a signed result never changes' using errcode = 'insufficient_privilege';
  end if;
  return new;
end
$$;
create trigger content_stands before update on result for each row execute function keep_signed_result();
revoke delete on result, signature_request, signing_delegation from motcua_service;
"""

_HAND_OVER_COLUMNS = {
    "proof_document_id": "bigint",
    "authorisation_reason": "text",
    "authorisation_reference": "text",
    "authorisation_document_id": "bigint",
}


def upgrade() -> None:
    op.create_table(
        "result",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("dossier_id", sa.BigInteger(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("result_type", sa.Text(), nullable=True),
        sa.Column("legal_basis", sa.Text(), nullable=False),
        sa.Column("effective_from", sa.Date(), nullable=True),
        sa.Column("effective_to", sa.Date(), nullable=True),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("token", sa.Text(), nullable=False),
        sa.Column("content", postgresql.JSONB(), nullable=True),
        sa.Column("draft_sha256", sa.Text(), nullable=False),
        sa.Column("signed_sha256", sa.Text(), nullable=True),
        sa.Column("document_id", sa.BigInteger(), nullable=True),
        sa.Column("signatures", postgresql.JSONB(), nullable=False),
        sa.Column("signed_at", INSTANT, nullable=True),
        sa.Column("paper_id", sa.BigInteger(), nullable=True),
        sa.Column("replaces_id", sa.BigInteger(), nullable=True),
        sa.Column("reason_code", sa.Text(), nullable=True),
        sa.Column("drafted_at", INSTANT, nullable=False),
        sa.Column("drafted_by", sa.Integer(), nullable=True),
        sa.Column("published_at", INSTANT, nullable=True),
        sa.Column("published_by", sa.Integer(), nullable=True),
        sa.Column("ended_at", INSTANT, nullable=True),
        sa.Column("ended_by", sa.Integer(), nullable=True),
        sa.Column("end_reason_code", sa.Text(), nullable=True),
        sa.Column("end_reason", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "status in ('draft', 'submitted', 'signed', 'published', 'replaced', 'revoked', 'discarded')",
            name=op.f("ck_result_status"),
        ),
        sa.CheckConstraint("effective_to is null or effective_to >= effective_from", name=op.f("ck_result_effective")),
        sa.CheckConstraint(
            "(status in ('draft', 'submitted', 'discarded')) = (signed_sha256 is null)",
            name=op.f("ck_result_signed_has_content"),
        ),
        sa.CheckConstraint(
            "status not in ('published', 'replaced') or (published_at is not null and paper_id is not null)",
            name=op.f("ck_result_published_has_paper"),
        ),
        sa.CheckConstraint(
            "(status in ('replaced', 'revoked')) = (ended_at is not null)", name=op.f("ck_result_ended")
        ),
        sa.ForeignKeyConstraint(["dossier_id"], ["dossier.id"], name=op.f("fk_result_dossier_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_result_unit_id")),
        sa.ForeignKeyConstraint(["draft_sha256"], ["stored_content.sha256"], name=op.f("fk_result_draft_sha256")),
        sa.ForeignKeyConstraint(["signed_sha256"], ["stored_content.sha256"], name=op.f("fk_result_signed_sha256")),
        sa.ForeignKeyConstraint(["document_id"], ["document.id"], name=op.f("fk_result_document_id")),
        sa.ForeignKeyConstraint(["paper_id"], ["issued_paper.id"], name=op.f("fk_result_paper_id")),
        sa.ForeignKeyConstraint(["replaces_id"], ["result.id"], name=op.f("fk_result_replaces_id")),
        sa.ForeignKeyConstraint(["drafted_by"], ["account.id"], name=op.f("fk_result_drafted_by")),
        sa.ForeignKeyConstraint(["published_by"], ["account.id"], name=op.f("fk_result_published_by")),
        sa.ForeignKeyConstraint(["ended_by"], ["account.id"], name=op.f("fk_result_ended_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_result")),
        sa.UniqueConstraint("token", name=op.f("uq_result_token")),
    )
    op.create_index("ix_result_dossier_id", "result", ["dossier_id"], unique=False)
    op.create_index("ix_result_unit_id_number", "result", ["unit_id", "number"], unique=False)
    op.create_index(
        "uq_result_replacement",
        "result",
        ["replaces_id"],
        unique=True,
        postgresql_where=sa.text("replaces_id is not null and status not in ('discarded', 'revoked')"),
    )
    op.create_table(
        "signing_delegation",
        sa.Column("id", sa.Integer(), sa.Identity(always=True), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("delegate_id", sa.Integer(), nullable=False),
        sa.Column("valid_from", INSTANT, nullable=False),
        sa.Column("valid_to", INSTANT, nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("granted_at", INSTANT, nullable=False),
        sa.Column("granted_by", sa.Integer(), nullable=False),
        sa.Column("revoked_at", INSTANT, nullable=True),
        sa.Column("revoked_by", sa.Integer(), nullable=True),
        sa.CheckConstraint("valid_to > valid_from", name=op.f("ck_signing_delegation_validity")),
        sa.CheckConstraint("delegate_id <> granted_by", name=op.f("ck_signing_delegation_another")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_signing_delegation_unit_id")),
        sa.ForeignKeyConstraint(["delegate_id"], ["account.id"], name=op.f("fk_signing_delegation_delegate_id")),
        sa.ForeignKeyConstraint(["granted_by"], ["account.id"], name=op.f("fk_signing_delegation_granted_by")),
        sa.ForeignKeyConstraint(["revoked_by"], ["account.id"], name=op.f("fk_signing_delegation_revoked_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_signing_delegation")),
    )
    op.create_index(
        "ix_signing_delegation_delegate_id",
        "signing_delegation",
        ["delegate_id"],
        unique=False,
        postgresql_where=sa.text("revoked_at is null"),
    )
    op.create_table(
        "signature_request",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("result_id", sa.BigInteger(), nullable=False),
        sa.Column("dossier_id", sa.BigInteger(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("content_sha256", sa.Text(), nullable=False),
        sa.Column("signer_id", sa.Integer(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("submitted_at", INSTANT, nullable=False),
        sa.Column("submitted_by", sa.Integer(), nullable=True),
        sa.Column("decided_at", INSTANT, nullable=True),
        sa.Column("decided_by", sa.Integer(), nullable=True),
        sa.Column("delegation_id", sa.Integer(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "state in ('waiting', 'signed', 'declined', 'withdrawn')", name=op.f("ck_signature_request_state")
        ),
        sa.CheckConstraint("(state = 'waiting') = (decided_at is null)", name=op.f("ck_signature_request_decided")),
        sa.CheckConstraint(
            "state <> 'declined' or reason is not null", name=op.f("ck_signature_request_declined_has_reason")
        ),
        sa.ForeignKeyConstraint(["result_id"], ["result.id"], name=op.f("fk_signature_request_result_id")),
        sa.ForeignKeyConstraint(["dossier_id"], ["dossier.id"], name=op.f("fk_signature_request_dossier_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_signature_request_unit_id")),
        sa.ForeignKeyConstraint(["signer_id"], ["account.id"], name=op.f("fk_signature_request_signer_id")),
        sa.ForeignKeyConstraint(["submitted_by"], ["account.id"], name=op.f("fk_signature_request_submitted_by")),
        sa.ForeignKeyConstraint(["decided_by"], ["account.id"], name=op.f("fk_signature_request_decided_by")),
        sa.ForeignKeyConstraint(
            ["delegation_id"], ["signing_delegation.id"], name=op.f("fk_signature_request_delegation_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_signature_request")),
    )
    op.create_index("ix_signature_request_result_id", "signature_request", ["result_id"], unique=False)
    op.create_index(
        "uq_signature_request_open",
        "signature_request",
        ["result_id"],
        unique=True,
        postgresql_where=sa.text("state = 'waiting'"),
    )
    op.create_index(
        "ix_signature_request_waiting",
        "signature_request",
        ["unit_id", "submitted_at", "id"],
        unique=False,
        postgresql_where=sa.text("state = 'waiting'"),
    )
    op.execute("alter table dossier_outcome add column result_id bigint")
    op.execute(
        "alter table dossier_outcome add constraint fk_dossier_outcome_result_id foreign key (result_id) "
        "references result (id) not valid"
    )
    for name, kind in _HAND_OVER_COLUMNS.items():
        op.execute(f"alter table hand_over add column {name} {kind}")
    for name in ("proof_document_id", "authorisation_document_id"):
        op.execute(
            f"alter table hand_over add constraint fk_hand_over_{name} foreign key ({name}) "
            "references document (id) not valid"
        )
    op.execute(GUARDS)


def downgrade() -> None:
    for name in _HAND_OVER_COLUMNS:
        op.execute(f"alter table hand_over drop column {name}")
    op.execute("alter table dossier_outcome drop column result_id")
    op.drop_table("signature_request")
    op.drop_table("signing_delegation")
    op.drop_table("result")
    op.execute("drop function keep_signed_result()")
