"""Accounts from a table: all rows or none, passwords in a file that only its owner reads."""

import csv
import stat
from pathlib import Path

import pytest

from app.bootstrap import Application
from app.commands._accounts import import_accounts
from app.core.db import fetch_all
from app.core.security import verify_password
from app.domain.errors import Conflict, InvalidInput
from tests.factories.people import COMMUNE, DEPARTMENT, PROVINCE

OWNER_ONLY = 0o600
GOOD = (
    "username;name;unit;roles\n"
    f"le.mot;Lê Văn Một;{COMMUNE};reception_clerk records_officer\n"
    f"le.hai;Lê Thị Hai;{DEPARTMENT};approving_leader|specialist\n"
)


async def names(application: Application) -> list[str]:
    async with application.database.read() as connection:
        return [row.username for row in await fetch_all(connection, "select username from account order by id")]


def written(tmp_path: Path, table: str) -> Path:
    file = tmp_path / "accounts.csv"
    file.write_text(table, encoding="utf-8")
    return file


async def test_the_accounts_can_be_used_with_the_passwords_of_the_file(
    application: Application, tmp_path: Path
) -> None:
    passwords = tmp_path / "passwords.csv"
    reports, made = await import_accounts(application, written(tmp_path, GOOD), passwords=passwords)
    assert made
    assert [(report.number, report.outcome.value) for report in reports] == [(2, "created"), (3, "created")]
    assert stat.S_IMODE(passwords.stat().st_mode) == OWNER_ONLY
    with passwords.open(encoding="utf-8") as lines:
        found = {row["username"]: row["password"] for row in csv.DictReader(lines)}
    async with application.database.read() as connection:
        rows = await fetch_all(
            connection,
            "select a.username, a.password_hash, array_agg(g.role order by g.role) as roles from account a "
            "join role_grant g on g.account_id = a.id group by a.id order by a.id",
        )
    assert [(row.username, list(row.roles)) for row in rows] == [
        ("le.mot", ["reception_clerk", "records_officer"]),
        ("le.hai", ["approving_leader", "specialist"]),
    ]
    assert all(verify_password(found[row.username], row.password_hash) for row in rows)

    with pytest.raises(Conflict) as refused:
        await import_accounts(application, written(tmp_path, GOOD.replace("le.hai", "le.ba")), passwords=passwords)
    assert [fault.code for fault in refused.value.refusals] == ["passwords_file_exists"]
    assert await names(application) == ["le.mot", "le.hai"]
    again, made = await import_accounts(application, written(tmp_path, GOOD), passwords=tmp_path / "more.csv")
    assert ([report.outcome.value for report in again], made) == (["present", "present"], False)
    assert not (tmp_path / "more.csv").exists()


async def test_a_dry_run_writes_nothing(application: Application, tmp_path: Path) -> None:
    reports, made = await import_accounts(application, written(tmp_path, GOOD), passwords=None)
    assert ([report.outcome.value for report in reports], made) == (["created", "created"], False)
    assert await names(application) == []


async def test_one_refused_row_refuses_all_and_every_fault_is_told(application: Application, tmp_path: Path) -> None:
    table = GOOD + (
        f"Lê Ba;Lê Văn Ba;{COMMUNE};chief\n"
        ";Không Tên;00000;specialist\n"
        f"le.nam;Lê Văn Năm;{COMMUNE};machine_client\n"
        f"le.sau;Lê Văn Sáu;{COMMUNE};province_administrator\n"
        f"le.bay;Lê Văn Bảy;{PROVINCE};inspector\n"
        f"le.bay;Lê Văn Bảy;{PROVINCE};inspector\n"
    )
    passwords = tmp_path / "passwords.csv"
    reports, made = await import_accounts(application, written(tmp_path, table), passwords=passwords)
    assert not made
    assert not passwords.exists()
    assert await names(application) == []
    assert [[(fault.code, fault.field) for fault in report.faults] for report in reports] == [
        [],
        [],
        [("string_pattern_mismatch", "username"), ("enum", "roles")],
        [("missing", "username"), ("unit_unknown", "unit")],
        [("role_for_machines_only", "roles")],
        [("role_at_root_only", "roles")],
        [("import_username_repeated", "username")],
        [("import_username_repeated", "username")],
    ]


async def test_no_passwords_are_left_of_accounts_that_were_not_made(
    application: Application, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_descriptor: int) -> None:
        raise OSError("no space left")

    monkeypatch.setattr("os.fsync", full)
    passwords = tmp_path / "passwords.csv"
    with pytest.raises(OSError, match="no space left"):
        await import_accounts(application, written(tmp_path, GOOD), passwords=passwords)
    assert not passwords.exists()
    assert await names(application) == []


async def test_a_table_with_foreign_columns_is_refused(application: Application, tmp_path: Path) -> None:
    with pytest.raises(InvalidInput) as refused:
        await import_accounts(application, written(tmp_path, "username,họ tên,unit,unit\n"), passwords=None)
    assert sorted(fault.code for fault in refused.value.refusals) == [
        "import_column_missing",
        "import_column_missing",
        "import_column_repeated",
        "import_column_unknown",
    ]
