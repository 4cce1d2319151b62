"""Papers held once, and where every original lies."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"

INSTANT = sa.DateTime(timezone=True)

# What happened stays as it was written; only how a paper stands now, and how far an original has come, may change.
GUARDS = """
create function keep_held_paper() returns trigger language plpgsql as $$
declare
  standing text[] := array['status', 'status_at', 'status_by', 'status_reason', 'replaced_by_id'];
begin
  if to_jsonb(new) - standing is distinct from to_jsonb(old) - standing then
    raise exception 'a held paper never changes' using errcode = 'insufficient_privilege';
  end if;
  return new;
end
$$;
create trigger content_stands before update on held_paper
  for each row execute function keep_held_paper();
create function keep_original() returns trigger language plpgsql as $$
declare
  moving text[] := array['moves', 'returned_at'];
begin
  if to_jsonb(new) - moving is distinct from to_jsonb(old) - moving then
    raise exception 'an original never changes' using errcode = 'insufficient_privilege';
  end if;
  return new;
end
$$;
create trigger content_stands before update on original
  for each row execute function keep_original();
create trigger append_only before update or delete or truncate on paper_holder
  for each statement execute function refuse_change();
create trigger append_only before update or delete or truncate on paper_reuse
  for each statement execute function refuse_change();
create trigger append_only before update or delete or truncate on asked_again
  for each statement execute function refuse_change();
create trigger append_only before update or delete or truncate on original_hand_over
  for each statement execute function refuse_change();
create trigger append_only before update or delete or truncate on original_move
  for each statement execute function refuse_change();
revoke update, delete on paper_holder, paper_reuse, asked_again, original_hand_over, original_move from motcua_service;
revoke delete on held_paper, original from motcua_service;
"""


def upgrade() -> None:
    op.execute(sa.schema.CreateSequence(sa.Sequence("held_paper_number")))
    op.execute(sa.schema.CreateSequence(sa.Sequence("original_number")))
    op.execute(sa.schema.CreateSequence(sa.Sequence("original_hand_over_number")))
    op.create_table(
        "paper_holder",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("identity_number", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_paper_holder")),
        sa.UniqueConstraint("identity_number", name=op.f("uq_paper_holder_identity_number")),
    )
    op.create_table(
        "held_paper",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("holder_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("about_holder", sa.Boolean(), nullable=False),
        sa.Column("origin", sa.Text(), nullable=False),
        sa.Column("source_dossier_id", sa.BigInteger(), nullable=False),
        sa.Column("component_code", sa.Text(), nullable=True),
        sa.Column("content_sha256", sa.Text(), nullable=False),
        sa.Column("document_id", sa.BigInteger(), nullable=True),
        sa.Column("issued_paper_id", sa.BigInteger(), nullable=True),
        sa.Column("issuer", sa.Text(), nullable=False),
        sa.Column("number", sa.Text(), nullable=True),
        sa.Column("issued_on", sa.Date(), nullable=True),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.Column("legal_basis", sa.Text(), nullable=False),
        sa.Column("held_at", INSTANT, nullable=False),
        sa.Column("held_by", sa.Integer(), nullable=True),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("status_at", INSTANT, nullable=True),
        sa.Column("status_by", sa.Integer(), nullable=True),
        sa.Column("status_reason", sa.Text(), nullable=True),
        sa.Column("replaced_by_id", sa.BigInteger(), nullable=True),
        sa.CheckConstraint("(status = 'valid') = (status_at is null)", name=op.f("ck_held_paper_status_at")),
        sa.CheckConstraint("valid_until >= valid_from", name=op.f("ck_held_paper_validity")),
        sa.CheckConstraint("status in ('valid', 'replaced', 'revoked')", name=op.f("ck_held_paper_status")),
        sa.CheckConstraint(
            "(status = 'replaced') = (replaced_by_id is not null)", name=op.f("ck_held_paper_replaced_by")
        ),
        sa.CheckConstraint("origin in ('digitized', 'result', 'recorded')", name=op.f("ck_held_paper_origin")),
        sa.ForeignKeyConstraint(
            ["content_sha256"], ["stored_content.sha256"], name=op.f("fk_held_paper_content_sha256")
        ),
        sa.ForeignKeyConstraint(["document_id"], ["document.id"], name=op.f("fk_held_paper_document_id")),
        sa.ForeignKeyConstraint(["held_by"], ["account.id"], name=op.f("fk_held_paper_held_by")),
        sa.ForeignKeyConstraint(["holder_id"], ["paper_holder.id"], name=op.f("fk_held_paper_holder_id")),
        sa.ForeignKeyConstraint(["issued_paper_id"], ["issued_paper.id"], name=op.f("fk_held_paper_issued_paper_id")),
        sa.ForeignKeyConstraint(["replaced_by_id"], ["held_paper.id"], name=op.f("fk_held_paper_replaced_by_id")),
        sa.ForeignKeyConstraint(["source_dossier_id"], ["dossier.id"], name=op.f("fk_held_paper_source_dossier_id")),
        sa.ForeignKeyConstraint(["status_by"], ["account.id"], name=op.f("fk_held_paper_status_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_held_paper")),
        sa.UniqueConstraint(
            "holder_id", "kind", "content_sha256", name=op.f("uq_held_paper_holder_id_kind_content_sha256")
        ),
        sa.UniqueConstraint("code", name=op.f("uq_held_paper_code")),
    )
    op.create_index(
        "ix_held_paper_issued_paper_id",
        "held_paper",
        ["issued_paper_id"],
        unique=False,
        postgresql_where=sa.text("issued_paper_id is not null"),
    )
    op.create_index("ix_held_paper_source_dossier_id", "held_paper", ["source_dossier_id"], unique=False)
    op.create_table(
        "paper_reuse",
        sa.Column("dossier_id", sa.BigInteger(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("component_code", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("held_paper_id", sa.BigInteger(), nullable=True),
        sa.Column("database_code", sa.Text(), nullable=True),
        sa.Column("reference", sa.Text(), nullable=True),
        sa.Column("legal_basis", sa.Text(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("reused_at", INSTANT, nullable=False),
        sa.Column("reused_by", sa.Integer(), nullable=True),
        sa.CheckConstraint("source in ('vault', 'national_store', 'database')", name=op.f("ck_paper_reuse_source")),
        sa.CheckConstraint("(source = 'vault') = (held_paper_id is not null)", name=op.f("ck_paper_reuse_held_paper")),
        sa.CheckConstraint("(source = 'vault') = (reference is null)", name=op.f("ck_paper_reuse_reference")),
        sa.ForeignKeyConstraint(["dossier_id"], ["dossier.id"], name=op.f("fk_paper_reuse_dossier_id")),
        sa.ForeignKeyConstraint(["held_paper_id"], ["held_paper.id"], name=op.f("fk_paper_reuse_held_paper_id")),
        sa.ForeignKeyConstraint(["reused_by"], ["account.id"], name=op.f("fk_paper_reuse_reused_by")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_paper_reuse_unit_id")),
        sa.PrimaryKeyConstraint("dossier_id", "seq", name=op.f("pk_paper_reuse")),
    )
    op.create_index(
        "ix_paper_reuse_held_paper_id",
        "paper_reuse",
        ["held_paper_id"],
        unique=False,
        postgresql_where=sa.text("held_paper_id is not null"),
    )
    op.create_index("ix_paper_reuse_reused", "paper_reuse", ["reused_at"], unique=False)
    op.create_index("ix_paper_reuse_unit_reused", "paper_reuse", ["unit_id", "reused_at"], unique=False)
    op.create_table(
        "asked_again",
        sa.Column("dossier_id", sa.BigInteger(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("component_code", sa.Text(), nullable=False),
        sa.Column("available", sa.Text(), nullable=False),
        sa.Column("held_paper_code", sa.Text(), nullable=True),
        sa.Column("reason_code", sa.Text(), nullable=False),
        sa.Column("explanation", sa.Text(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("asked_at", INSTANT, nullable=False),
        sa.Column("asked_by", sa.Integer(), nullable=True),
        sa.CheckConstraint("available in ('held', 'data')", name=op.f("ck_asked_again_available")),
        sa.ForeignKeyConstraint(["asked_by"], ["account.id"], name=op.f("fk_asked_again_asked_by")),
        sa.ForeignKeyConstraint(["dossier_id"], ["dossier.id"], name=op.f("fk_asked_again_dossier_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_asked_again_unit_id")),
        sa.PrimaryKeyConstraint("dossier_id", "seq", "component_code", name=op.f("pk_asked_again")),
    )
    op.create_index("ix_asked_again_asked", "asked_again", ["asked_at"], unique=False)
    op.create_index("ix_asked_again_unit_asked", "asked_again", ["unit_id", "asked_at"], unique=False)
    op.create_table(
        "original",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("barcode", sa.Text(), nullable=False),
        sa.Column("dossier_id", sa.BigInteger(), nullable=False),
        sa.Column("component_code", sa.Text(), nullable=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("to_be_returned", sa.Boolean(), nullable=False),
        sa.Column("taken_at", INSTANT, nullable=False),
        sa.Column("moves", sa.Integer(), nullable=False),
        sa.Column("returned_at", INSTANT, nullable=True),
        sa.ForeignKeyConstraint(["dossier_id"], ["dossier.id"], name=op.f("fk_original_dossier_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_original")),
        sa.UniqueConstraint("barcode", name=op.f("uq_original_barcode")),
    )
    op.create_index("ix_original_dossier_id", "original", ["dossier_id"], unique=False)
    op.create_index(
        "ix_original_unreturned",
        "original",
        ["dossier_id"],
        unique=False,
        postgresql_where=sa.text("returned_at is null and to_be_returned"),
    )
    op.create_table(
        "original_hand_over",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("from_unit_id", sa.Integer(), nullable=False),
        sa.Column("to_place", sa.Text(), nullable=False),
        sa.Column("to_unit_id", sa.Integer(), nullable=True),
        sa.Column("to_account_id", sa.Integer(), nullable=True),
        sa.Column("tracking_number", sa.Text(), nullable=True),
        sa.Column("receiver_name", sa.Text(), nullable=True),
        sa.Column("proof", sa.Text(), nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("given_at", INSTANT, nullable=False),
        sa.Column("given_by", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "to_place in ('counter', 'office', 'post', 'citizen')", name=op.f("ck_original_hand_over_to_place")
        ),
        sa.CheckConstraint(
            "(to_place = 'post') = (tracking_number is not null)", name=op.f("ck_original_hand_over_tracking_number")
        ),
        sa.CheckConstraint(
            "(to_place in ('counter', 'office')) <= (to_unit_id is not null)",
            name=op.f("ck_original_hand_over_to_unit"),
        ),
        sa.CheckConstraint(
            "(to_place = 'citizen') <= (receiver_name is not null and proof is not null)",
            name=op.f("ck_original_hand_over_receiver"),
        ),
        sa.ForeignKeyConstraint(["from_unit_id"], ["unit.id"], name=op.f("fk_original_hand_over_from_unit_id")),
        sa.ForeignKeyConstraint(["given_by"], ["account.id"], name=op.f("fk_original_hand_over_given_by")),
        sa.ForeignKeyConstraint(["to_account_id"], ["account.id"], name=op.f("fk_original_hand_over_to_account_id")),
        sa.ForeignKeyConstraint(["to_unit_id"], ["unit.id"], name=op.f("fk_original_hand_over_to_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_original_hand_over")),
        sa.UniqueConstraint("code", name=op.f("uq_original_hand_over_code")),
    )
    op.create_table(
        "original_move",
        sa.Column("original_id", sa.BigInteger(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=True),
        sa.Column("account_id", sa.Integer(), nullable=True),
        sa.Column("hand_over_id", sa.BigInteger(), nullable=True),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=True),
        sa.CheckConstraint("(unit_id is null) <= (place in ('post', 'citizen'))", name=op.f("ck_original_move_unit")),
        sa.CheckConstraint("(kind = 'taken_in') = (hand_over_id is null)", name=op.f("ck_original_move_hand_over")),
        sa.CheckConstraint("place in ('counter', 'office', 'post', 'citizen')", name=op.f("ck_original_move_place")),
        sa.CheckConstraint(
            "kind in ('taken_in', 'given', 'received', 'taken_back', 'posted', 'returned')",
            name=op.f("ck_original_move_kind"),
        ),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_original_move_account_id")),
        sa.ForeignKeyConstraint(["by_id"], ["account.id"], name=op.f("fk_original_move_by_id")),
        sa.ForeignKeyConstraint(
            ["hand_over_id"], ["original_hand_over.id"], name=op.f("fk_original_move_hand_over_id")
        ),
        sa.ForeignKeyConstraint(["original_id"], ["original.id"], name=op.f("fk_original_move_original_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_original_move_unit_id")),
        sa.PrimaryKeyConstraint("original_id", "seq", name=op.f("pk_original_move")),
    )
    op.create_index(
        "ix_original_move_hand_over_id",
        "original_move",
        ["hand_over_id"],
        unique=False,
        postgresql_where=sa.text("hand_over_id is not null"),
    )
    op.execute(GUARDS)


def downgrade() -> None:
    op.drop_table("original_move")
    op.drop_table("original_hand_over")
    op.drop_table("original")
    op.drop_table("asked_again")
    op.drop_table("paper_reuse")
    op.drop_table("held_paper")
    op.drop_table("paper_holder")
    op.execute("drop function keep_held_paper()")
    op.execute("drop function keep_original()")
    op.execute(sa.schema.DropSequence(sa.Sequence("held_paper_number")))
    op.execute(sa.schema.DropSequence(sa.Sequence("original_number")))
    op.execute(sa.schema.DropSequence(sa.Sequence("original_hand_over_number")))
