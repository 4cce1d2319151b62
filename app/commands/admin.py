"""`motcua admin …`: the first steps of an installation, before anybody can sign in."""

import asyncio
from collections import Counter
from pathlib import Path
from typing import Annotated

import typer

from app.domain.permissions import Role

app = typer.Typer(name="admin", help="Những bước đầu của một hệ thống mới. / First steps of an installation.")


@app.command("load-province")
def load_province(
    code: Annotated[str, typer.Argument(help="Mã tỉnh hai chữ số, ví dụ 37. / Two-digit code of the province.")],
) -> None:
    """Nạp đơn vị, lịch, danh mục thủ tục của tỉnh. / Load the province's units, calendars and procedures."""
    from app.bootstrap import open_application
    from app.core.settings import Settings
    from app.services.certification.shipped import load_shipped_books
    from app.services.deadlines.shipped import load_shipped_calendars
    from app.services.organization.load_province import LoadReport, load_province_units
    from app.services.payments.shipped import load_shipped_reductions
    from app.services.procedures.import_procedures import load_shipped_catalogue
    from app.services.vault.lists import load_shipped_papers

    async def run() -> LoadReport:
        async with open_application(Settings()) as application, application.database.session() as session:
            now = application.clock.now()
            report = await load_province_units(session, province_code=code, now=now)
            await load_shipped_calendars(session, now=now)
            await load_shipped_catalogue(session, now=now)
            await load_shipped_reductions(session, now=now)
            await load_shipped_books(session)
            await load_shipped_papers(session, now=now)
            return report

    report = asyncio.run(run())
    typer.echo(f"Đơn vị / units: +{report.units_added}, đã có / present: {report.units_present}")


@app.command("create-account")
def create_account(
    username: Annotated[str, typer.Argument(help="Tên đăng nhập. / User name.")],
    name: Annotated[str, typer.Option(help="Họ tên. / Display name.")],
    unit: Annotated[str, typer.Option(help="Mã đơn vị; của tỉnh: mã tỉnh. / Code of the unit.")],
    role: Annotated[Role, typer.Option(help="Vai trò. / Role.")] = Role.PROVINCE_ADMINISTRATOR,
) -> None:
    """Tạo tài khoản; mật khẩu chỉ hiện một lần. / Create an account; its password is shown once."""
    from app.bootstrap import open_application
    from app.core.settings import Settings
    from app.domain.permissions import SYSTEM
    from app.services.identity.create_account import CreatedAccount, create_staff
    from app.services.identity.inputs import RoleInput, StaffInput

    given = StaffInput(username=username, display_name=name, roles=[RoleInput(role=role, unit=unit)])

    async def run() -> CreatedAccount:
        async with open_application(Settings()) as application, application.database.session() as session:
            return await create_staff(session, SYSTEM, given, now=application.clock.now())

    created = asyncio.run(run())
    typer.echo(f"{given.username}\n{created.secret}")


@app.command("import-accounts")
def import_accounts(
    file: Annotated[Path, typer.Argument(help="Tệp CSV: username, name, unit, roles. / A table of CSV.")],
    *,
    passwords: Annotated[
        Path | None, typer.Option(help="Tệp mới để ghi mật khẩu, chỉ chủ tệp đọc được. / New file for the passwords.")
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Chỉ kiểm tra, không ghi. / Check only.")] = False,
) -> None:
    """Tạo tài khoản từ tệp: tất cả hoặc không. / Create accounts from a file: all or none; exit status 1 if refused."""
    from app.api.messages import text_of
    from app.bootstrap import open_application
    from app.commands._accounts import import_accounts as take_in
    from app.core.settings import Settings
    from app.services.identity.import_accounts import AccountOutcome, AccountReport

    if passwords is None and not dry_run:
        raise typer.BadParameter("--passwords FILE, --dry-run")

    async def run() -> tuple[list[AccountReport], bool]:
        async with open_application(Settings()) as application:
            return await take_in(application, file, passwords=None if dry_run else passwords)

    reports, made = asyncio.run(run())
    counts = Counter(report.outcome for report in reports)
    for report in reports:
        typer.echo(f"{report.number}: {report.username} {report.unit} {report.outcome.value}")
        for fault in report.faults:
            typer.echo(f"  {fault.field or ''}: {' / '.join(text_of(fault.code, dict(fault.params)))}", err=True)
    prefix = "" if made else "Chưa ghi gì / nothing written. "
    typer.echo(
        f"{prefix}Tạo / created: {counts[AccountOutcome.CREATED]}, đã có / present: {counts[AccountOutcome.PRESENT]}, "
        f"từ chối / refused: {counts[AccountOutcome.REFUSED]}"
    )
    if made:
        typer.echo(f"Mật khẩu / passwords: {passwords}")
    if counts[AccountOutcome.REFUSED]:
        raise typer.Exit(1)
