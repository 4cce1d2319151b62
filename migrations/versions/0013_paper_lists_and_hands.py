"""Lists of papers as tables, who took an original home, originals by the unit that has them, additional charges."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"

INSTANT = sa.DateTime(timezone=True)

# Originals that are not home yet, by the unit that has or awaits them and by the unit that sent them.
_FILL_PLACES = """
insert into original_place (original_id, unit_id, from_unit_id)
select o.id, m.unit_id, case when m.kind in ('given', 'posted') then h.from_unit_id end
from original o join original_move m on m.original_id = o.id and m.seq = o.moves
left join original_hand_over h on h.id = m.hand_over_id
where o.returned_at is null
"""
# What a list said on a day stays known: a line ends, and another begins.
_GUARDS = """
revoke update, delete on paper_kind, paper_use from motcua_service;
grant update (valid_to) on paper_kind to motcua_service;
grant update (valid_to) on paper_use to motcua_service;
"""


def upgrade() -> None:
    op.add_column("fee_charge", sa.Column("additional_reason", sa.Text(), nullable=True))
    for name in ("receiver_identity_number", "authorisation_reason", "authorisation_reference"):
        op.add_column("original_hand_over", sa.Column(name, sa.Text(), nullable=True))
    op.add_column("original_hand_over", sa.Column("authorisation_document_id", sa.BigInteger(), nullable=True))
    op.execute(
        "alter table original_hand_over add constraint fk_original_hand_over_authorisation_document_id "
        "foreign key (authorisation_document_id) references document (id) not valid"
    )
    op.create_table(
        "original_place",
        sa.Column("original_id", sa.BigInteger(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=True),
        sa.Column("from_unit_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["original_id"], ["original.id"], name=op.f("fk_original_place_original_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_original_place_unit_id")),
        sa.ForeignKeyConstraint(["from_unit_id"], ["unit.id"], name=op.f("fk_original_place_from_unit_id")),
        sa.PrimaryKeyConstraint("original_id", name=op.f("pk_original_place")),
    )
    op.create_index("ix_original_place_unit_id", "original_place", ["unit_id", "original_id"])
    op.create_index(
        "ix_original_place_from_unit_id",
        "original_place",
        ["from_unit_id", "original_id"],
        postgresql_where=sa.text("from_unit_id is not null"),
    )
    op.execute(_FILL_PLACES)
    op.create_table(
        "paper_kind",
        sa.Column("id", sa.Integer(), sa.Identity(always=True), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("vi", sa.Text(), nullable=False),
        sa.Column("en", sa.Text(), nullable=False),
        sa.Column("presented_only", sa.Boolean(), nullable=False),
        sa.Column("valid_months", sa.Integer(), nullable=True),
        sa.Column("file_names", sa.ARRAY(sa.Text()), nullable=False),
        *_row_of_a_list(),
        sa.CheckConstraint("valid_months > 0", name=op.f("ck_paper_kind_valid_months")),
        sa.CheckConstraint("valid_to > valid_from", name=op.f("ck_paper_kind_period")),
        sa.ForeignKeyConstraint(["recorded_by"], ["account.id"], name=op.f("fk_paper_kind_recorded_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_paper_kind")),
        sa.UniqueConstraint("code", "valid_from", name=op.f("uq_paper_kind_code_valid_from")),
    )
    op.create_table(
        "paper_use",
        sa.Column("id", sa.Integer(), sa.Identity(always=True), nullable=False),
        sa.Column("procedure_id", sa.Integer(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("about_holder", sa.Boolean(), nullable=False),
        *_row_of_a_list(),
        sa.CheckConstraint("role in ('component', 'result')", name=op.f("ck_paper_use_role")),
        sa.CheckConstraint("role = 'result' or code <> ''", name=op.f("ck_paper_use_component")),
        sa.CheckConstraint("valid_to > valid_from", name=op.f("ck_paper_use_period")),
        sa.ForeignKeyConstraint(["procedure_id"], ["procedure.id"], name=op.f("fk_paper_use_procedure_id")),
        sa.ForeignKeyConstraint(["recorded_by"], ["account.id"], name=op.f("fk_paper_use_recorded_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_paper_use")),
        sa.UniqueConstraint(
            "procedure_id", "role", "code", "valid_from", name=op.f("uq_paper_use_procedure_id_role_code_valid_from")
        ),
    )
    op.execute(_GUARDS)


def downgrade() -> None:
    op.drop_table("paper_use")
    op.drop_table("paper_kind")
    op.drop_table("original_place")
    for name in (
        "authorisation_document_id",
        "authorisation_reference",
        "authorisation_reason",
        "receiver_identity_number",
    ):
        op.drop_column("original_hand_over", name)
    op.drop_column("fee_charge", "additional_reason")


def _row_of_a_list() -> tuple[sa.Column[object], ...]:
    """Return the columns of where a line comes from and when it counts."""
    return (
        sa.Column("confidence", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("recorded_at", INSTANT, nullable=False),
        sa.Column("recorded_by", sa.Integer(), nullable=True),
    )
