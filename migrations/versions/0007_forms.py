"""Issued papers with their public tokens, and slips."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0007"
down_revision = "0006"

INSTANT = sa.DateTime(timezone=True)

# What was printed and handed out stays as it was; only how it stands now may change.
GUARDS = """
create function keep_issued_paper() returns trigger language plpgsql as $$
declare
  standing text[] := array['status', 'status_at', 'status_reason', 'replaced_by'];
begin
  if to_jsonb(new) - standing is distinct from to_jsonb(old) - standing then
    raise exception 'an issued paper never changes' using errcode = 'insufficient_privilege';
  end if;
  return new;
end
$$;
create trigger content_stands before update on issued_paper
  for each row execute function keep_issued_paper();
create trigger append_only before update or delete or truncate on slip
  for each statement execute function refuse_change();
revoke delete on issued_paper, slip_number from motcua_service;
revoke update, delete on slip from motcua_service;
"""


def upgrade() -> None:
    op.create_table(
        "issued_paper",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("token", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("dossier_id", sa.BigInteger(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("form_code", sa.Text(), nullable=True),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("content_sha256", sa.Text(), nullable=False),
        sa.Column("issued_at", INSTANT, nullable=False),
        sa.Column("issued_by", sa.Integer(), nullable=True),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("status_at", INSTANT, nullable=False),
        sa.Column("status_reason", sa.Text(), nullable=True),
        sa.Column("replaced_by", sa.BigInteger(), nullable=True),
        sa.CheckConstraint(
            "kind in ('slip', 'result', 'digitized_copy', 'archive')", name=op.f("ck_issued_paper_kind")
        ),
        sa.CheckConstraint(
            "status in ('valid', 'void', 'replaced', 'revoked')", name=op.f("ck_issued_paper_status")
        ),
        sa.CheckConstraint(
            "(status = 'replaced') = (replaced_by is not null)", name=op.f("ck_issued_paper_replaced")
        ),
        sa.CheckConstraint("content_sha256 ~ '^[0-9a-f]{64}$'", name=op.f("ck_issued_paper_content_sha256")),
        sa.ForeignKeyConstraint(["dossier_id"], ["dossier.id"], name=op.f("fk_issued_paper_dossier_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_issued_paper_unit_id")),
        sa.ForeignKeyConstraint(
            ["content_sha256"], ["stored_content.sha256"], name=op.f("fk_issued_paper_content_sha256")
        ),
        sa.ForeignKeyConstraint(["issued_by"], ["account.id"], name=op.f("fk_issued_paper_issued_by")),
        sa.ForeignKeyConstraint(["replaced_by"], ["issued_paper.id"], name=op.f("fk_issued_paper_replaced_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_issued_paper")),
        sa.UniqueConstraint("token", name=op.f("uq_issued_paper_token")),
    )
    op.create_index("ix_issued_paper_dossier_id", "issued_paper", ["dossier_id"], unique=False)
    op.create_index("ix_issued_paper_content_sha256", "issued_paper", ["content_sha256"], unique=False)
    op.create_table(
        "slip",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("paper_id", sa.BigInteger(), nullable=False),
        sa.Column("dossier_id", sa.BigInteger(), nullable=False),
        sa.Column("event_id", sa.BigInteger(), nullable=False),
        sa.Column("receipt_id", sa.BigInteger(), nullable=True),
        sa.Column("form_code", sa.Text(), nullable=False),
        sa.Column("variant", sa.Text(), nullable=False),
        sa.Column("edition", sa.SmallInteger(), nullable=False),
        sa.Column("data", postgresql.JSONB(), nullable=False),
        sa.Column("issued_seq", sa.Integer(), nullable=False),
        sa.CheckConstraint("edition >= 1", name=op.f("ck_slip_edition")),
        sa.ForeignKeyConstraint(["paper_id"], ["issued_paper.id"], name=op.f("fk_slip_paper_id")),
        sa.ForeignKeyConstraint(["dossier_id"], ["dossier.id"], name=op.f("fk_slip_dossier_id")),
        sa.ForeignKeyConstraint(["event_id"], ["dossier_event.id"], name=op.f("fk_slip_event_id")),
        sa.ForeignKeyConstraint(["receipt_id"], ["receipt.id"], name=op.f("fk_slip_receipt_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_slip")),
        sa.UniqueConstraint("paper_id", name=op.f("uq_slip_paper_id")),
        sa.UniqueConstraint(
            "event_id", "form_code", "variant", "edition", name=op.f("uq_slip_event_id_form_code_variant_edition")
        ),
    )
    op.create_index("ix_slip_dossier_id", "slip", ["dossier_id"], unique=False)
    op.create_index("ix_slip_receipt_id", "slip", ["receipt_id"], unique=False)
    op.create_table(
        "slip_number",
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("form_code", sa.Text(), nullable=False),
        sa.Column("year", sa.SmallInteger(), nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_slip_number_unit_id")),
        sa.PrimaryKeyConstraint("unit_id", "form_code", "year", name=op.f("pk_slip_number")),
    )
    op.execute(GUARDS)


def downgrade() -> None:
    op.drop_table("slip_number")
    op.drop_table("slip")
    op.drop_table("issued_paper")
    op.execute("drop function keep_issued_paper()")
