"""A package is filed under the agency identifier that its unit has on the day."""

import datetime as dt

from app.bootstrap import Application
from app.core.db import execute, fetch_one
from app.services.archive.queries import agency_code
from tests.factories.people import COMMUNE


async def test_the_package_names_the_agency_identifier_of_its_day_not_one_that_was_only_announced(
    application: Application,
) -> None:
    async with application.database.write() as connection:
        changed = dt.date(2026, 12, 1)
        unit = await fetch_one(
            connection,
            "update agency_identifier i set valid_to = $2 from unit u where u.id = i.unit_id and u.code = $1 "
            "and i.valid_to is null returning u.id, i.code",
            COMMUNE,
            changed,
        )
        assert unit is not None
        announced = "insert into agency_identifier (unit_id, code, valid_from, source, confidence) "
        await execute(connection, f"{announced} values ($1, 'H42.900', $2, '', 'default')", unit.id, changed)
        assert await agency_code(connection, unit.id, day=dt.date(2026, 11, 30)) == unit.code
        assert await agency_code(connection, unit.id, day=changed) == "H42.900"
