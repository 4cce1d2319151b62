"""`motcua deadline`: the public calculator at the terminal, with the explanation of its answer."""

import asyncio
import datetime as dt
from typing import Annotated

import typer

from app.core.clock import LOCAL_ZONE
from app.domain.deadlines import CountMode, LimitUnit

app = typer.Typer()

_MOMENT_FORMATS = ["%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M:%S"]


@app.command()
def deadline(
    received_at: Annotated[
        dt.datetime, typer.Argument(formats=_MOMENT_FORMATS, help="Lúc tiếp nhận, giờ Việt Nam. / Received at.")
    ],
    value: Annotated[int, typer.Argument(help="Thời hạn. / Limit.")],
    unit: Annotated[LimitUnit, typer.Argument(help="Đơn vị của thời hạn. / Its unit.")] = LimitUnit.WORKING_DAYS,
    count_mode: Annotated[CountMode | None, typer.Option(help="Cách đếm ngày làm việc. / How days count.")] = None,
    org_unit: Annotated[str | None, typer.Option(help="Lịch của đơn vị này. / Calendar of this unit.")] = None,
    suspended: Annotated[
        list[str] | None, typer.Option(help="Thời gian tạm dừng TỪ/ĐẾN; lặp được. / Waits FROM/TO; repeatable.")
    ] = None,
) -> None:
    """Tính hạn trả kết quả và giải thích từng dòng. / Calculate a due time and explain it line by line."""
    from app.bootstrap import open_application
    from app.core.settings import Settings
    from app.services.deadlines.calculate import Calculated, calculate
    from app.services.deadlines.inputs import Calculation

    asked = Calculation.model_validate(
        {
            "received_at": received_at.replace(tzinfo=LOCAL_ZONE),
            "limit": {"value": value, "unit": unit},
            "count_mode": count_mode,
            "org_unit": org_unit,
            "suspensions": [_wait(text) for text in suspended or ()],
        }
    )

    async def run() -> Calculated:
        async with open_application(Settings()) as application, application.database.read() as connection:
            return await calculate(connection, asked)

    found = asyncio.run(run())
    for line in found.explanation:
        typer.echo(f"  {line.vi}")
    shown = "…" if found.due_at is None else found.due_at.astimezone(LOCAL_ZONE).strftime("%H:%M %d/%m/%Y")
    note = " (lịch tạm tính / provisional calendar)" if found.provisional else ""
    typer.echo(f"Hạn trả / due: {shown}{note}")


def _wait(text: str) -> dict[str, dt.datetime | None]:
    """Read `2026-11-24T09:00/2026-11-26T10:00`; nothing after the slash: not over yet."""
    begun, _, ended = text.partition("/")
    try:
        return {"from": _moment(begun), "to": _moment(ended) if ended else None}
    except ValueError as error:
        raise typer.BadParameter(text, param_hint="--suspended") from error


def _moment(text: str) -> dt.datetime:
    at = dt.datetime.fromisoformat(text)
    return at if at.tzinfo else at.replace(tzinfo=LOCAL_ZONE)
