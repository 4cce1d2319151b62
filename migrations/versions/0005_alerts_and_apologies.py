"""Alerts that climb, their steps, apologies, and the indexes that scans look through."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

INSTANT = sa.DateTime(timezone=True)

# A step is a fact; alerts and apologies are never deleted.
GUARDS = """
create trigger append_only before update or delete or truncate on alert_step
  for each statement execute function refuse_change();
revoke update, delete on alert_step from motcua_service;
revoke delete on alert, apology from motcua_service;
"""

# Partial indexes that hold only what is open or late: short to make, and nothing reads through them before.
_INDEXES = {
    "ix_dossier_open_unaccepted": (
        "dossier (receiving_unit_id, registered_at) where ended_at is null and accepted_at is null"
    ),
    "ix_dossier_uncollected": (
        "dossier (receiving_unit_id, resolved_at) where resolved_at is not null and returned_at is null"
    ),
    "ix_dossier_ended_late": "dossier (competent_unit_id, ended_at) where ended_at > current_due_at",
    "ix_supplement_request_open_answer_due": "supplement_request (answer_due_at) where received_at is null",
}


def upgrade() -> None:
    op.create_table(
        "alert",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("dossier_id", sa.BigInteger(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("occurrence", sa.Text(), nullable=False),
        sa.Column("due_at", INSTANT, nullable=True),
        sa.Column("raised_at", INSTANT, nullable=False),
        sa.Column("level", sa.SmallInteger(), nullable=False),
        sa.Column("reached_at", INSTANT, nullable=False),
        sa.Column("acknowledged_at", INSTANT, nullable=True),
        sa.Column("acknowledged_by", sa.Integer(), nullable=True),
        sa.Column("acknowledged_note", sa.Text(), nullable=True),
        sa.Column("closed_at", INSTANT, nullable=True),
        sa.CheckConstraint("level between 1 and 3", name=op.f("ck_alert_level")),
        sa.CheckConstraint("(acknowledged_at is null) = (acknowledged_by is null)", name=op.f("ck_alert_acknowledged")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_alert_unit_id")),
        sa.ForeignKeyConstraint(["acknowledged_by"], ["account.id"], name=op.f("fk_alert_acknowledged_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alert")),
        sa.UniqueConstraint("dossier_id", "kind", "occurrence", name=op.f("uq_alert_dossier_id_kind_occurrence")),
    )
    op.create_index("ix_alert_unit_raised", "alert", ["unit_id", "raised_at", "id"], unique=False)
    op.create_index("ix_alert_raised", "alert", ["raised_at", "id"], unique=False)
    op.create_index(
        "ix_alert_open_unit",
        "alert",
        ["unit_id", "reached_at"],
        unique=False,
        postgresql_where=sa.text("closed_at is null"),
    )
    op.create_table(
        "alert_step",
        sa.Column("alert_id", sa.BigInteger(), nullable=False),
        sa.Column("level", sa.SmallInteger(), nullable=False),
        sa.Column("reached_at", INSTANT, nullable=False),
        sa.Column("assignee_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["alert_id"], ["alert.id"], name=op.f("fk_alert_step_alert_id")),
        sa.ForeignKeyConstraint(["assignee_id"], ["account.id"], name=op.f("fk_alert_step_assignee_id")),
        sa.PrimaryKeyConstraint("alert_id", "level", name=op.f("pk_alert_step")),
    )
    op.create_table(
        "apology",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("dossier_id", sa.BigInteger(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("due_at", INSTANT, nullable=False),
        sa.Column("cause_code", sa.Text(), nullable=True),
        sa.Column("explanation", sa.Text(), nullable=False),
        sa.Column("new_due_at", INSTANT, nullable=True),
        sa.Column("responsible_id", sa.Integer(), nullable=True),
        sa.Column("drafted_at", INSTANT, nullable=False),
        sa.Column("edited_at", INSTANT, nullable=True),
        sa.Column("edited_by", sa.Integer(), nullable=True),
        sa.Column("sent_at", INSTANT, nullable=True),
        sa.Column("sent_by", sa.Integer(), nullable=True),
        sa.Column("sent_seq", sa.Integer(), nullable=True),
        sa.Column("dropped_at", INSTANT, nullable=True),
        sa.CheckConstraint("(sent_at is null) = (sent_seq is null)", name=op.f("ck_apology_sent")),
        sa.CheckConstraint(
            "sent_at is null or (cause_code is not null and new_due_at is not null)", name=op.f("ck_apology_complete")
        ),
        sa.CheckConstraint("sent_at is null or dropped_at is null", name=op.f("ck_apology_ending")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_apology_unit_id")),
        sa.ForeignKeyConstraint(["responsible_id"], ["account.id"], name=op.f("fk_apology_responsible_id")),
        sa.ForeignKeyConstraint(["edited_by"], ["account.id"], name=op.f("fk_apology_edited_by")),
        sa.ForeignKeyConstraint(["sent_by"], ["account.id"], name=op.f("fk_apology_sent_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_apology")),
    )
    op.create_index(
        "uq_apology_open",
        "apology",
        ["dossier_id"],
        unique=True,
        postgresql_where=sa.text("sent_at is null and dropped_at is null"),
    )
    op.create_index("ix_apology_dossier_id", "apology", ["dossier_id"], unique=False)
    op.create_index("ix_apology_unit_due", "apology", ["unit_id", "due_at", "id"], unique=False)
    for name, rows in _INDEXES.items():
        op.execute(f"-- squawk-ignore require-concurrent-index-creation\ncreate index {name} on {rows}")
    op.execute(GUARDS)


def downgrade() -> None:
    for name in _INDEXES:
        op.drop_index(name)
    op.drop_table("apology")
    op.drop_table("alert_step")
    op.drop_table("alert")
