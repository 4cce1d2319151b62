"""What was handed out stays as it was: the database itself refuses anything but a change of standing."""

import asyncpg
import httpx
import pytest

from app.bootstrap import Application
from app.core.db import execute
from app.domain.errors import NotFound
from app.services.forms.issued_papers import change_status
from tests.factories.dossiers import Desk, desk_of


@pytest.fixture
async def desk(application: Application, client: httpx.AsyncClient) -> Desk:
    found = await desk_of(application, client)
    code = (await found.register())["code"]
    assert (await found.post(f"/dossiers/{code}/slips", {"form": "receipt"})).status_code == 201
    return found


@pytest.mark.usefixtures("desk")
@pytest.mark.parametrize(
    "change",
    [
        "update issued_paper set number = '99/TNHS'",
        "update issued_paper set token = 'another'",
        "update issued_paper set issued_at = issued_at - interval '1 day'",
        "delete from issued_paper",
        "update slip set data = '{}'",
        "delete from slip",
        "delete from slip_number",
    ],
)
async def test_a_paper_handed_out_is_never_rewritten(application: Application, change: str) -> None:
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        async with application.database.write() as connection:
            await execute(connection, change)


@pytest.mark.usefixtures("desk")
async def test_a_replaced_paper_names_the_one_in_its_place(application: Application) -> None:
    statement = "update issued_paper set status = 'replaced'"
    with pytest.raises(asyncpg.CheckViolationError):
        async with application.database.write() as connection:
            await execute(connection, statement)


async def test_the_standing_of_no_paper_cannot_change(application: Application) -> None:
    with pytest.raises(NotFound):
        async with application.database.write() as connection:
            await change_status(connection, 999_999, status="void", reason="lost", now=application.clock.now())
