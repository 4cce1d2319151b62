"""The hand-written writes of dossiers agree with the models: every column that must be written is, in its own type."""

import re

import pytest
from sqlalchemy import BigInteger, Boolean, Column, Date, DateTime, Integer, LargeBinary, SmallInteger, String
from sqlalchemy.dialects.postgresql import JSONB

from app.models.every_table import Base
from app.services.dossiers import writes
from app.services.satisfaction import queries as ratings

_INSERT = re.compile(r"insert into (\w+) \(([^)]*)\)")
_SET = re.compile(r"update (\w+)(?: \w+)? set ([^\n]*?)\s+from")
_RECORD = re.compile(r"insert into (\w+) \(([^)]*)\)\s+select d\.id, \w\.\* from d, [^\n]*? as \w+\((.*?)\)", re.DOTALL)
TYPES: dict[str, type] = {
    "text": String,
    "int": Integer,
    "smallint": SmallInteger,
    "bigint": BigInteger,
    "boolean": Boolean,
    "date": Date,
    "timestamptz": DateTime,
    "jsonb": JSONB,
    "bytea": LargeBinary,
}
STATEMENTS = {
    "register": writes._REGISTER,  # noqa: SLF001 - the statement itself is what is compared
    "transition": writes._transition_sql(("state", "version"), ()),  # noqa: SLF001 - see above
    "rate": ratings._RATE,  # noqa: SLF001 - see above
    **writes._ALL_PARTS,  # noqa: SLF001 - see above
}
INSERTS = [
    (name, table, [column.strip() for column in columns.split(",")])
    for name, sql in STATEMENTS.items()
    for table, columns in _INSERT.findall(sql)
]
RECORDS = [found for sql in STATEMENTS.values() for found in _RECORD.findall(sql)]
DOSSIER = Base.metadata.tables["dossier"]


def must_be_written(column: Column[object]) -> bool:
    """Tell whether an insert without the column fails."""
    return not column.nullable and column.server_default is None and not column.identity and not _numbers_itself(column)


def _numbers_itself(column: Column[object]) -> bool:
    return column.table.autoincrement_column is column


def test_every_statement_inserts_where_it_is_expected_to() -> None:
    assert {table for _, table, _ in INSERTS} == {
        "idempotency_key", "dossier", "dossier_party", "dossier_component", "receipt", "dossier_alias", "dossier_event",
        "supplement_request", "deadline_adjustment", "payment_request", "dossier_outcome", "hand_over",
        "dossier_correction", "rating", "asked_again", "needless_paper",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("name", "table", "columns"), INSERTS, ids=lambda value: value if isinstance(value, str) else ""
)
def test_an_insert_names_columns_of_the_model_and_all_that_must_be_written(
    name: str, table: str, columns: list[str]
) -> None:
    model = Base.metadata.tables[table]
    assert len(columns) == len(set(columns)), name
    assert set(columns) <= set(model.c.keys()), f"{name}: unknown columns"
    needed = {column.name for column in model.c if must_be_written(column)}
    assert needed <= set(columns), f"{name}: {needed - set(columns)} would be null"


def test_updates_name_columns_of_the_model() -> None:
    found = [(table, part) for sql in STATEMENTS.values() for table, part in _SET.findall(sql)]
    assert {table for table, _ in found} >= {"supplement_request", "payment_request", "receipt", "dossier"}
    for table, part in found:
        for assignment in part.split(", "):
            assert assignment.split("=")[0].strip() in Base.metadata.tables[table].c, (table, assignment)


def test_the_types_of_dossier_columns_are_the_models() -> None:
    types = writes._COLUMN_TYPES  # noqa: SLF001 - the table of types is what is compared
    assert set(types) <= set(DOSSIER.c.keys())
    assert {name: TYPES[given] for name, given in types.items()} == {name: _kind(DOSSIER.c[name]) for name in types}


def test_whatever_an_act_may_change_has_a_type() -> None:
    never_changed = {"id", "imported"}
    assert set(DOSSIER.c.keys()) - set(writes._COLUMN_TYPES) == never_changed  # noqa: SLF001 - see above


@pytest.mark.parametrize(("table", "columns", "record"), RECORDS, ids=lambda value: value.partition(",")[0])
def test_a_record_has_the_inserts_columns_in_their_order_and_types(table: str, columns: str, record: str) -> None:
    """`select d.id, x.*` pairs by position: one column out of place would write another's value."""
    parts = [part.split() for part in re.split(r",\s*", record)]
    assert [name for name, _ in parts] == [column.strip() for column in columns.split(",")][1:]
    for name, given in parts:
        kind = _kind(Base.metadata.tables[table].c[name])
        assert TYPES[given] in (kind, Integer if kind is SmallInteger else kind), f"{name} read as {given}"


def test_every_list_of_children_is_read_from_a_record() -> None:
    assert len(RECORDS) >= 13


def _kind(column: Column[object]) -> type:
    found = column.type
    for kind in (JSONB, BigInteger, SmallInteger, Integer, Boolean, DateTime, Date, LargeBinary, String):
        if isinstance(found, kind):
            return kind
    raise AssertionError(f"{column} has a type nobody compared: {found!r}")
