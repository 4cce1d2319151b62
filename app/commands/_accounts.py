"""How a table of accounts is taken in: one transaction, the passwords in a file of their owner's alone."""

import asyncio
import csv
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO

from app.bootstrap import Application
from app.domain.errors import Conflict, NotFound, Refusal
from app.services.identity.create_accounts_bulk import NewStaff, create_accounts_bulk
from app.services.identity.import_accounts import (
    AccountOutcome,
    AccountReport,
    AccountRow,
    account_rows,
    judge_accounts,
)


async def import_accounts(
    application: Application, file: Path, *, passwords: Path | None
) -> tuple[list[AccountReport], bool]:
    """Create the accounts of a table and write their passwords to a new file; without one only judge the rows.

    Returns what becomes of each row, and whether accounts were created: none are if a row is refused. Raises
    `NotFound` (`import_file_unreadable`), `Conflict` (`passwords_file_exists`), `InvalidInput` for a broken table.
    """
    rows = _rows(file)
    now = application.clock.now()
    made = False
    try:
        async with application.database.session() as session:
            reports, staff = await judge_accounts(session, rows, now=now)
            refused = any(report.outcome is AccountOutcome.REFUSED for report in reports)
            if passwords is not None and staff and not refused:
                with _private_file(passwords) as lines:
                    made = True
                    _write(lines, staff, await create_accounts_bulk(session, staff, now=now))
    except BaseException:
        if passwords is not None and made:
            await asyncio.to_thread(passwords.unlink)  # of accounts that do not exist
        raise
    return reports, made


def _rows(file: Path) -> list[AccountRow]:
    try:
        return account_rows(file.read_text(encoding="utf-8-sig"))
    except (OSError, UnicodeDecodeError) as error:
        raise NotFound(Refusal("import_file_unreadable", "file", {"file": file.name})) from error


def _private_file(path: Path) -> IO[str]:
    """Open a new file that nobody but its owner can read."""
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError as error:
        raise Conflict(Refusal("passwords_file_exists", "passwords", {"file": path.name})) from error
    return os.fdopen(descriptor, "w", encoding="utf-8", newline="")


def _write(lines: IO[str], staff: Sequence[NewStaff], passwords: Mapping[str, str]) -> None:
    """Write one line for each account, for good before the accounts are."""
    table = csv.writer(lines)
    table.writerow(("username", "name", "unit", "password"))
    for person in staff:
        table.writerow((person.username, person.display_name, person.roles[0][1], passwords[person.username]))
    lines.flush()
    os.fsync(lines.fileno())
