"""Tariffs, charges, receipts, refunds and the daily close of a cashier; the register of certifications."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0009"
down_revision = "0008"

# Money that was taken, given back or counted stays as it was; a wrong receipt is voided, a tariff only ends.
GUARDS = """
create function refuse_change_of_closed_day() returns trigger language plpgsql as $$
begin
  if old.closed_at is not null and (tg_op = 'DELETE' or new is distinct from old) then
    raise exception 'a closed day never changes' using errcode = 'insufficient_privilege';
  end if;
  return case when tg_op = 'DELETE' then old else new end;
end
$$;
create trigger closed_stands before update or delete on cash_day
  for each row execute function refuse_change_of_closed_day();

create function refuse_money_in_closed_day() returns trigger language plpgsql as $$
begin
  if exists (select from cash_day d where d.unit_id = new.unit_id and d.cashier_id = new.cashier_id
             and d.day = (to_jsonb(new) ->> tg_argv[0])::date and d.closed_at is not null) then
    raise exception 'the day is closed' using errcode = 'insufficient_privilege';
  end if;
  return new;
end
$$;
create trigger day_is_open before insert or update on fee_receipt
  for each row execute function refuse_money_in_closed_day('collected_on');
create trigger day_is_open before insert on fee_refund
  for each row execute function refuse_money_in_closed_day('refunded_on');

create trigger append_only before update or delete or truncate on fee_refund
  for each statement execute function refuse_change();
create trigger append_only before update or delete or truncate on certification_entry
  for each statement execute function refuse_change();
revoke update, delete on fee_refund, certification_entry from motcua_service;
revoke update, delete on fee_tariff, fee_reduction, fee_charge, fee_receipt from motcua_service;
grant update (valid_to) on fee_tariff to motcua_service;
grant update (valid_to) on fee_reduction to motcua_service;
grant update (status) on fee_charge to motcua_service;
grant update (voided_at, voided_by, void_reason) on fee_receipt to motcua_service;
revoke delete on cash_day, fee_receipt_number, certification_number from motcua_service;
"""

_TABLES = (
    "fee_refund",
    "fee_receipt",
    "fee_charge",
    "certification_entry",
    "fee_tariff",
    "fee_reduction",
    "fee_receipt_number",
    "certification_procedure",
    "certification_number",
    "cash_day",
    "certification_book",
)


def upgrade() -> None:
    op.create_table(
        "certification_book",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("suffix", sa.Text(), nullable=False),
        sa.Column("numbered_by", sa.Text(), nullable=False),
        sa.Column("legal_basis", sa.Text(), nullable=False),
        sa.Column("confidence", sa.Text(), nullable=False),
        sa.CheckConstraint("numbered_by in ('copy', 'paper')", name=op.f("ck_certification_book_numbered_by")),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_certification_book")),
    )
    op.create_table(
        "cash_day",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("cashier_id", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("expected_vnd", sa.BigInteger(), nullable=True),
        sa.Column("counted_vnd", sa.BigInteger(), nullable=True),
        sa.Column("denominations", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("explanation", sa.Text(), nullable=True),
        sa.Column("totals", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(closed_at is null) = (counted_vnd is null) and (closed_at is null) = (expected_vnd is null) and (closed_at is null) = (totals is null)",
            name=op.f("ck_cash_day_closed"),
        ),
        sa.CheckConstraint(
            "closed_at is null or counted_vnd = expected_vnd or explanation is not null",
            name=op.f("ck_cash_day_difference_explained"),
        ),
        sa.ForeignKeyConstraint(["cashier_id"], ["account.id"], name=op.f("fk_cash_day_cashier_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_cash_day_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cash_day")),
        sa.UniqueConstraint("unit_id", "cashier_id", "day", name=op.f("uq_cash_day_unit_id_cashier_id_day")),
    )
    op.create_index(op.f("ix_cash_day_cashier_id"), "cash_day", ["cashier_id"], unique=False)
    op.create_index(
        "ix_cash_day_closed",
        "cash_day",
        ["closed_at", "id"],
        unique=False,
        postgresql_where=sa.text("closed_at is not null"),
    )
    op.create_table(
        "certification_number",
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("book", sa.Text(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["book"], ["certification_book.code"], name=op.f("fk_certification_number_book")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_certification_number_unit_id")),
        sa.PrimaryKeyConstraint("unit_id", "book", "year", name=op.f("pk_certification_number")),
    )
    op.create_table(
        "certification_procedure",
        sa.Column("procedure_id", sa.Integer(), nullable=False),
        sa.Column("book", sa.Text(), nullable=False),
        sa.Column("confidence", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["book"], ["certification_book.code"], name=op.f("fk_certification_procedure_book")),
        sa.ForeignKeyConstraint(
            ["procedure_id"], ["procedure.id"], name=op.f("fk_certification_procedure_procedure_id")
        ),
        sa.PrimaryKeyConstraint("procedure_id", name=op.f("pk_certification_procedure")),
    )
    op.create_index(op.f("ix_certification_procedure_book"), "certification_procedure", ["book"], unique=False)
    op.create_table(
        "fee_receipt_number",
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("book", sa.Text(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_fee_receipt_number_unit_id")),
        sa.PrimaryKeyConstraint("unit_id", "book", "year", name=op.f("pk_fee_receipt_number")),
    )
    op.create_table(
        "fee_reduction",
        sa.Column("id", sa.Integer(), sa.Identity(always=True), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("percent", sa.Integer(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=True),
        sa.Column("field", sa.Text(), nullable=True),
        sa.Column("procedure_id", sa.Integer(), nullable=True),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("legal_basis", sa.Text(), nullable=False),
        sa.Column("confidence", sa.Text(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "channel is null or channel in ('counter', 'online', 'postal')", name=op.f("ck_fee_reduction_channel")
        ),
        sa.CheckConstraint("kind <> 'discount' or channel is not null", name=op.f("ck_fee_reduction_discount")),
        sa.CheckConstraint("kind in ('exemption', 'discount')", name=op.f("ck_fee_reduction_kind")),
        sa.CheckConstraint("percent between 1 and 100", name=op.f("ck_fee_reduction_percent")),
        sa.CheckConstraint("valid_to is null or valid_to > valid_from", name=op.f("ck_fee_reduction_period")),
        sa.ForeignKeyConstraint(["procedure_id"], ["procedure.id"], name=op.f("fk_fee_reduction_procedure_id")),
        sa.ForeignKeyConstraint(["recorded_by"], ["account.id"], name=op.f("fk_fee_reduction_recorded_by")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_fee_reduction_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fee_reduction")),
        sa.UniqueConstraint("code", "unit_id", "valid_from", name=op.f("uq_fee_reduction_code_unit_id_valid_from")),
    )
    op.create_index(op.f("ix_fee_reduction_unit_id"), "fee_reduction", ["unit_id"], unique=False)
    op.create_table(
        "fee_tariff",
        sa.Column("id", sa.Integer(), sa.Identity(always=True), nullable=False),
        sa.Column("procedure_id", sa.Integer(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("amount_vnd", sa.BigInteger(), nullable=False),
        sa.Column("per", sa.Text(), nullable=False),
        sa.Column("later_steps", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("cap_vnd", sa.BigInteger(), nullable=True),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by", sa.Integer(), nullable=True),
        sa.CheckConstraint("channel in ('counter', 'online', 'postal')", name=op.f("ck_fee_tariff_channel")),
        sa.CheckConstraint("per in ('dossier', 'copy', 'page', 'case', 'person')", name=op.f("ck_fee_tariff_per")),
        sa.CheckConstraint("amount_vnd >= 0 and (cap_vnd is null or cap_vnd >= 0)", name=op.f("ck_fee_tariff_amount")),
        sa.CheckConstraint("valid_to is null or valid_to > valid_from", name=op.f("ck_fee_tariff_period")),
        sa.ForeignKeyConstraint(["procedure_id"], ["procedure.id"], name=op.f("fk_fee_tariff_procedure_id")),
        sa.ForeignKeyConstraint(["recorded_by"], ["account.id"], name=op.f("fk_fee_tariff_recorded_by")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_fee_tariff_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fee_tariff")),
        sa.UniqueConstraint(
            "procedure_id",
            "channel",
            "unit_id",
            "code",
            "valid_from",
            name=op.f("uq_fee_tariff_procedure_id_channel_unit_id_code_valid_from"),
        ),
    )
    op.create_index(op.f("ix_fee_tariff_unit_id"), "fee_tariff", ["unit_id"], unique=False)
    op.create_table(
        "certification_entry",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("dossier_id", sa.BigInteger(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("book", sa.Text(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("paper", sa.Text(), nullable=False),
        sa.Column("pages", sa.Integer(), nullable=False),
        sa.Column("copies", sa.Integer(), nullable=False),
        sa.Column("fee_vnd", sa.BigInteger(), nullable=False),
        sa.Column("signer_id", sa.Integer(), nullable=False),
        sa.Column("certified_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("pages > 0 and copies > 0", name=op.f("ck_certification_entry_counts")),
        sa.ForeignKeyConstraint(["book"], ["certification_book.code"], name=op.f("fk_certification_entry_book")),
        sa.ForeignKeyConstraint(["dossier_id"], ["dossier.id"], name=op.f("fk_certification_entry_dossier_id")),
        sa.ForeignKeyConstraint(["signer_id"], ["account.id"], name=op.f("fk_certification_entry_signer_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_certification_entry_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_certification_entry")),
        sa.UniqueConstraint(
            "unit_id", "book", "year", "number", name=op.f("uq_certification_entry_unit_id_book_year_number")
        ),
    )
    op.create_index("ix_certification_entry_certified", "certification_entry", ["certified_at", "id"], unique=False)
    op.create_index("ix_certification_entry_dossier_id", "certification_entry", ["dossier_id"], unique=False)
    op.create_index(
        "ix_certification_entry_unit_certified", "certification_entry", ["unit_id", "certified_at", "id"], unique=False
    )
    op.create_table(
        "fee_charge",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("dossier_id", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("total_vnd", sa.BigInteger(), nullable=False),
        sa.Column("lines", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("reduction_code", sa.Text(), nullable=True),
        sa.Column("reduction_note", sa.Text(), nullable=True),
        sa.Column("payment_seq", sa.Integer(), nullable=True),
        sa.Column("charged_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("charged_by", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "(status = 'free') = (total_vnd = 0) or status = 'cancelled'", name=op.f("ck_fee_charge_free")
        ),
        sa.CheckConstraint("status in ('open', 'collected', 'free', 'cancelled')", name=op.f("ck_fee_charge_status")),
        sa.CheckConstraint("(reduction_code is null) = (reduction_note is null)", name=op.f("ck_fee_charge_reduction")),
        sa.CheckConstraint("total_vnd >= 0", name=op.f("ck_fee_charge_total")),
        sa.ForeignKeyConstraint(["charged_by"], ["account.id"], name=op.f("fk_fee_charge_charged_by")),
        sa.ForeignKeyConstraint(["dossier_id"], ["dossier.id"], name=op.f("fk_fee_charge_dossier_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_fee_charge_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fee_charge")),
        sa.UniqueConstraint("dossier_id", "number", name=op.f("uq_fee_charge_dossier_id_number")),
    )
    op.create_index(op.f("ix_fee_charge_unit_id"), "fee_charge", ["unit_id"], unique=False)
    op.create_index(
        "uq_fee_charge_open", "fee_charge", ["dossier_id"], unique=True, postgresql_where=sa.text("status = 'open'")
    )
    op.create_table(
        "fee_receipt",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("charge_id", sa.BigInteger(), nullable=False),
        sa.Column("dossier_id", sa.BigInteger(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("book", sa.Text(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("serial", sa.Integer(), nullable=False),
        sa.Column("cashier_id", sa.Integer(), nullable=False),
        sa.Column("amount_vnd", sa.BigInteger(), nullable=False),
        sa.Column("method", sa.Text(), nullable=False),
        sa.Column("payment_channel", sa.SmallInteger(), nullable=False),
        sa.Column("reference", sa.Text(), nullable=True),
        sa.Column("collected_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("collected_on", sa.Date(), nullable=False),
        sa.Column("voided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("voided_by", sa.Integer(), nullable=True),
        sa.Column("void_reason", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "method in ('cash', 'bank_transfer', 'online_national', 'online_province')",
            name=op.f("ck_fee_receipt_method"),
        ),
        sa.CheckConstraint(
            "(voided_at is null) = (void_reason is null) and (voided_at is not null or voided_by is null)",
            name=op.f("ck_fee_receipt_void"),
        ),
        sa.CheckConstraint("amount_vnd > 0", name=op.f("ck_fee_receipt_amount")),
        sa.CheckConstraint("payment_channel between 1 and 3", name=op.f("ck_fee_receipt_payment_channel")),
        sa.ForeignKeyConstraint(["cashier_id"], ["account.id"], name=op.f("fk_fee_receipt_cashier_id")),
        sa.ForeignKeyConstraint(["charge_id"], ["fee_charge.id"], name=op.f("fk_fee_receipt_charge_id")),
        sa.ForeignKeyConstraint(["dossier_id"], ["dossier.id"], name=op.f("fk_fee_receipt_dossier_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_fee_receipt_unit_id")),
        sa.ForeignKeyConstraint(["voided_by"], ["account.id"], name=op.f("fk_fee_receipt_voided_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fee_receipt")),
        sa.UniqueConstraint("number", name=op.f("uq_fee_receipt_number")),
        sa.UniqueConstraint("unit_id", "book", "year", "serial", name=op.f("uq_fee_receipt_unit_id_book_year_serial")),
    )
    op.create_index("ix_fee_receipt_day", "fee_receipt", ["cashier_id", "unit_id", "collected_on"], unique=False)
    op.create_index("ix_fee_receipt_dossier_id", "fee_receipt", ["dossier_id"], unique=False)
    op.create_index(
        "uq_fee_receipt_valid", "fee_receipt", ["charge_id"], unique=True, postgresql_where=sa.text("voided_at is null")
    )
    op.create_table(
        "fee_refund",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("receipt_id", sa.BigInteger(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("cashier_id", sa.Integer(), nullable=False),
        sa.Column("amount_vnd", sa.BigInteger(), nullable=False),
        sa.Column("method", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("refunded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("refunded_on", sa.Date(), nullable=False),
        sa.CheckConstraint("method in ('cash', 'bank_transfer')", name=op.f("ck_fee_refund_method")),
        sa.CheckConstraint("amount_vnd > 0", name=op.f("ck_fee_refund_amount")),
        sa.ForeignKeyConstraint(["cashier_id"], ["account.id"], name=op.f("fk_fee_refund_cashier_id")),
        sa.ForeignKeyConstraint(["receipt_id"], ["fee_receipt.id"], name=op.f("fk_fee_refund_receipt_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_fee_refund_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fee_refund")),
    )
    op.create_index("ix_fee_refund_day", "fee_refund", ["cashier_id", "unit_id", "refunded_on"], unique=False)
    op.create_index("ix_fee_refund_receipt_id", "fee_refund", ["receipt_id"], unique=False)
    op.execute(GUARDS)


def downgrade() -> None:
    for table in _TABLES:
        op.drop_table(table)
    op.execute("drop function refuse_change_of_closed_day()")
    op.execute("drop function refuse_money_in_closed_day()")
