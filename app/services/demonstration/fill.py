"""Fill an empty database with one province: units, calendars, procedures, staff, dossiers. All or nothing."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession

from app.domain.errors import Conflict, Refusal
from app.services.certification.shipped import load_shipped_books
from app.services.deadlines.shipped import load_shipped_calendars
from app.services.demonstration import queries
from app.services.demonstration.simulate import simulate
from app.services.demonstration.staff import STAFFED_COMMUNES, DemoAccount, hire
from app.services.organization.load_province import load_province_units
from app.services.payments.shipped import load_shipped_reductions
from app.services.procedures.import_procedures import load_shipped_catalogue
from app.services.vault.lists import load_shipped_papers


@dataclass(frozen=True, slots=True)
class Filled:
    """What was made: the accounts with their passwords, and how many dossiers are in each state."""

    accounts: Sequence[DemoAccount]
    states: Mapping[int, int]


async def fill(
    session: AsyncSession,
    *,
    province_code: str,
    dossiers: int,
    seed: int,
    now: dt.datetime,
    communes: int = STAFFED_COMMUNES,
) -> Filled:
    """Fill the database in the caller's transaction, so that a crash leaves it empty; staff works in `communes`.

    Raises `Conflict` (`demo_not_empty`) if there are units already, `NotFound` (`province_unknown`).
    """
    connection = await session.connection()
    await queries.let_one_in(connection)
    if await queries.has_units(connection):
        raise Conflict(Refusal("demo_not_empty"))
    await load_province_units(session, province_code=province_code, now=now)
    await load_shipped_calendars(session, now=now)
    await load_shipped_catalogue(session, now=now)
    await load_shipped_reductions(session, now=now)
    await load_shipped_books(session)
    await load_shipped_papers(session, now=now)
    staff = await hire(session, province_code=province_code, communes=communes, now=now)
    await simulate(connection, staff, dossiers=dossiers, seed=seed, province_code=province_code, now=now)
    return Filled(staff.accounts, await queries.dossiers_by_state(connection))
