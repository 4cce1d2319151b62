"""`motcua calendars …`: days of calendars in and out of files, and how things stand."""

import asyncio
from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer()
calendars = typer.Typer(help="Lịch làm việc: nhập, xuất, tình trạng. / Working calendars: import, export, status.")
app.add_typer(calendars, name="calendars")

Code = Annotated[str, typer.Argument(help="Mã đơn vị, hoặc national. / A unit's code, or national.")]


@calendars.command("import")
def import_days(
    code: Code,
    file: Annotated[
        Path, typer.Argument(exists=True, dir_okay=False, help="Tệp .csv hoặc .ics. / A .csv or .ics file.")
    ],
    source: Annotated[str | None, typer.Option(help="Văn bản làm căn cứ. / The act behind it.")] = None,
) -> None:
    """Nhập và công bố các ngày trong tệp thành một phiên bản lịch. / Publish the days of a file as one version."""
    from app.bootstrap import open_application
    from app.core.settings import Settings
    from app.domain.permissions import SYSTEM
    from app.services.deadlines.changes import CalendarChanged, CalendarName, publish_changes
    from app.services.deadlines.exchange import days_from_csv, days_from_icalendar
    from app.services.deadlines.inputs import ChangesInput

    content = file.read_bytes()
    is_icalendar = file.suffix.lower() in {".ics", ".ical"}
    days = days_from_icalendar(content, source) if is_icalendar else days_from_csv(content.decode("utf-8"), source)
    changes = ChangesInput(days=days, source=source)

    async def run() -> CalendarChanged:
        async with open_application(Settings()) as application, application.database.session() as session:
            return await publish_changes(session, SYSTEM, CalendarName(code), changes, now=application.clock.now())

    changed = asyncio.run(run())
    typer.echo(f"Đã công bố {len(days)} ngày / published {len(days)} days: {changed.version}")


@calendars.command("export")
def export_days(
    code: Code,
    year: Annotated[int, typer.Argument(min=2015, max=2100, help="Năm. / Year.")],
    file: Annotated[Path, typer.Argument(dir_okay=False, help="Tệp .csv hoặc .ics. / A .csv or .ics file.")],
) -> None:
    """Xuất các ngày của lịch trong một năm. / Write the days of a calendar in a year to a file."""
    from app.bootstrap import open_application
    from app.core.settings import Settings
    from app.services.deadlines.changes import CalendarName
    from app.services.deadlines.days_of_layer import days_of_layer
    from app.services.deadlines.exchange import days_as_csv, days_as_icalendar

    async def run() -> tuple[int, bytes]:
        async with open_application(Settings()) as application, application.database.read() as connection:
            now = application.clock.now()
            days = await days_of_layer(connection, CalendarName(code), year=year, now=now)
            if file.suffix.lower() in {".ics", ".ical"}:
                return len(days), days_as_icalendar(days, name=f"{code} {year}", now=now)
            return len(days), days_as_csv(days).encode()

    count, content = asyncio.run(run())
    file.write_bytes(content)
    typer.echo(f"{file}: {count} ngày / days")


@calendars.command("status")
def status() -> None:
    """Lịch nào sắp hết hạn xác nhận, phiên bản nào chưa áp dụng xong. / Which calendars run out, what is unfinished."""
    from collections.abc import Sequence

    from app.bootstrap import open_application
    from app.core.settings import Settings
    from app.services.calendar_changes.queries import unfinished_publications
    from app.services.deadlines.read_calendars import CalendarWarning, calendar_warnings

    async def run() -> tuple[Sequence[CalendarWarning], Sequence[int]]:
        settings = Settings()
        async with open_application(settings) as application, application.database.read() as connection:
            now = application.clock.now()
            warnings = await calendar_warnings(connection, now, settings.calendar_warning_days)
            return warnings, await unfinished_publications(connection)

    warnings, unfinished = asyncio.run(run())
    for warning in warnings:
        typer.echo(
            f"{warning.calendar} ({warning.purpose}): xác nhận đến / known until {warning.known_until}, "
            f"còn / left {warning.days_left}"
        )
    if unfinished:
        typer.echo(f"Chưa áp dụng xong / still being carried to open dossiers: {', '.join(map(str, unfinished))}")
    if not (warnings or unfinished):
        typer.echo("Mọi lịch đều ổn. / All calendars are in order.")
