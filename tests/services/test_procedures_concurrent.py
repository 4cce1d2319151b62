import asyncio
import datetime as dt
from typing import Any

from app.bootstrap import Application
from app.core.db import fetch_one
from app.services.procedures.csv_rows import rows_from_csv
from app.services.procedures.import_procedures import import_procedures
from app.services.procedures.import_report import ImportReport, RowOutcome

FILE = "code,name,field,terms\n9.000001,Thủ tục thử,Hộ tịch,counter|5 working_days\n1.001193,Tên mới,,\n"


async def test_the_same_file_imported_by_several_at_once_is_imported_once(own_application: Application) -> None:
    async def run() -> ImportReport:
        async with own_application.database.session() as session:
            now = own_application.clock.now()
            return await import_procedures(session, rows_from_csv(FILE), now=now, dry_run=False)

    reports = await asyncio.gather(*(run() for _ in range(6)))
    assert sum(report.count(RowOutcome.CREATED) for report in reports) == 1
    assert sum(report.count(RowOutcome.CHANGED) for report in reports) == 1
    assert sum(report.count(RowOutcome.UNCHANGED) for report in reports) == 10
    async with own_application.database.read() as connection:
        row: Any = await fetch_one(
            connection,
            "select count(*) as versions, count(*) filter (where v.status = 'published') as published, "
            "min(v.valid_to) as ended from procedure_version v join procedure p on p.id = v.procedure_id "
            "where p.code = '1.001193'",
        )
    assert (row.versions, row.published, row.ended) == (2, 1, dt.date(2026, 11, 23))
