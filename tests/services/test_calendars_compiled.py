"""Compiled calendars: shared by units with the same layers, made again when a layer has changed."""

import datetime as dt
from typing import Any

from sqlalchemy import text

from app.bootstrap import Application
from app.core.clock import LOCAL_ZONE
from app.core.db import fetch_all, fetch_one
from app.domain.calendars import DayKind
from app.domain.deadlines import CountMode, Limit, LimitUnit, SuspensionEffect
from app.domain.permissions import Actor, Grant, Role
from app.services.deadlines.change_days import remove_day, set_day
from app.services.deadlines.change_hours import set_hours
from app.services.deadlines.changes import CalendarName
from app.services.deadlines.compiled import (
    CALENDAR_VERSION_OF,
    CompiledCalendar,
    calendar_at,
    calendar_of,
    pinned_policy,
    policy_in_force,
    policy_in_force_on,
    read_policy,
)
from app.services.deadlines.inputs import DayInput, HoursInput, PeriodInput, SessionInput, WeekdayInput
from app.services.deadlines.promises import deadline_after, explanation_of, promised_deadline, recorded_facts
from app.services.deadlines.shipped import load_shipped_calendars
from tests.conftest import NOW
from tests.factories.people import COMMUNE, OTHER_COMMUNE, PROVINCE

STORM = DayInput(
    kind=DayKind.CLOSURE, name="Bão số 12", source="Công điện 01/CĐ-UBND", closes_from="13:30", closes_to="17:00"
)
STORM_DAY = dt.date(2026, 11, 25)
DAY_OFF = DayInput(kind=DayKind.REST, name="Mất điện", source="Thông báo 2/TB-UBND")


async def unit_id_of(application: Application, code: str) -> int:
    async with application.database.read() as connection:
        row: Any = await fetch_one(connection, "select id from unit where code = $1", code)
    return int(row.id)


async def calendar_of_unit(application: Application, code: str) -> CompiledCalendar:
    unit_id = await unit_id_of(application, code)
    async with application.database.read() as connection:
        return await calendar_of(connection, unit_id)


async def administrator(application: Application) -> Actor:
    """One who may change every calendar; the acts here are written down as the system's."""
    unit_id = await unit_id_of(application, PROVINCE)
    grant = Grant(Role.PROVINCE_ADMINISTRATOR, unit_id, f"/{unit_id}/")
    return Actor(account_id=None, kind="staff", auth_version=1, grants=(grant,))


async def put(application: Application, code: str, day: dt.date, given: DayInput) -> None:
    actor = await administrator(application)
    async with application.database.session() as session:
        await set_day(session, actor, CalendarName(code), day, given, now=NOW)


def at(moment: str) -> dt.datetime:
    return dt.datetime.fromisoformat(moment).replace(tzinfo=LOCAL_ZONE)


async def test_units_without_layers_of_their_own_share_one_compiled_calendar(application: Application) -> None:
    one = await calendar_of_unit(application, COMMUNE)
    other = await calendar_of_unit(application, OTHER_COMMUNE)
    assert one is other
    assert one.calendar.version == one.version
    assert one.calendar.known_until == dt.date(2026, 12, 31)
    assert (one.calendar.first_day, one.calendar.last_day) == (dt.date(2015, 1, 1), dt.date(2027, 12, 31))


async def test_the_shipped_days_all_work_eight_hours(application: Application) -> None:
    compiled = await calendar_of_unit(application, COMMUNE)
    assert compiled.calendar.days_not_lasting(480) == ()


async def test_a_closure_of_one_unit_leaves_the_calendars_of_others_alone(application: Application) -> None:
    before = await calendar_of_unit(application, OTHER_COMMUNE)
    await put(application, COMMUNE, STORM_DAY, STORM)
    closed = await calendar_of_unit(application, COMMUNE)
    assert await calendar_of_unit(application, OTHER_COMMUNE) is before
    minutes = (at("2026-11-25 07:00"), at("2026-11-25 17:00"))
    assert before.calendar.working_minutes(*minutes) == 480
    assert closed.calendar.working_minutes(*minutes) == 270
    assert closed.version.startswith(f"{before.version}.u")


async def test_a_changed_day_gives_every_calendar_over_it_a_new_version(application: Application) -> None:
    await put(application, COMMUNE, STORM_DAY, STORM)
    before = [await calendar_of_unit(application, code) for code in (COMMUNE, OTHER_COMMUNE)]
    await put(application, "national", dt.date(2026, 12, 7), DAY_OFF)
    after = [await calendar_of_unit(application, code) for code in (COMMUNE, OTHER_COMMUNE)]
    assert {compiled.version for compiled in before}.isdisjoint(compiled.version for compiled in after)
    assert all(compiled.calendar.is_working_day(dt.date(2026, 12, 7)) for compiled in before)
    assert not any(compiled.calendar.is_working_day(dt.date(2026, 12, 7)) for compiled in after)
    assert after[0].calendar.closures.keys() == {STORM_DAY}


async def test_the_version_is_read_inside_another_statement_and_spares_the_round_trip(application: Application) -> None:
    unit_id = await unit_id_of(application, COMMUNE)
    compiled = await calendar_of_unit(application, COMMUNE)
    async with application.database.read() as connection:
        version, policy = CALENDAR_VERSION_OF.format(path="unit.path"), policy_in_force_on("$2::date")
        statement = f"select {version} as version, {policy} as policy from unit where id = $1"
        row: Any = await fetch_one(connection, statement, unit_id, NOW.date())
        assert await calendar_at(connection, unit_id, row.version) is compiled
        assert read_policy(row.policy) is await policy_in_force(connection, NOW.date())


async def test_a_rolled_back_change_never_lends_its_version_to_another_change(application: Application) -> None:
    seen: dict[str, bool] = {}
    for given in (DAY_OFF, None, STORM):
        async with application.database.write() as connection:
            savepoint = await connection.begin_nested()
            if given is not None:
                await put(application, COMMUNE, STORM_DAY, given)
            compiled = await calendar_of_unit(application, COMMUNE)
            works = compiled.calendar.is_working_day(STORM_DAY)
            assert seen.setdefault(compiled.version, works) is works
            await savepoint.rollback()
    assert sorted(seen.values()) == [False, True, True]


async def test_a_day_taken_back_counts_as_the_layers_below_say(application: Application) -> None:
    await put(application, COMMUNE, STORM_DAY, DAY_OFF)
    assert not (await calendar_of_unit(application, COMMUNE)).calendar.is_working_day(STORM_DAY)
    actor = await administrator(application)
    async with application.database.session() as session:
        await remove_day(session, actor, CalendarName(COMMUNE), STORM_DAY, now=NOW)
    assert (await calendar_of_unit(application, COMMUNE)).calendar.is_working_day(STORM_DAY)


async def test_the_nearest_unit_with_hours_gives_them_and_a_season_is_a_whole_week(application: Application) -> None:
    def week(days: range, opens: str, closes: str) -> tuple[WeekdayInput, ...]:
        return tuple(WeekdayInput(weekday=day, sessions=(SessionInput(opens=opens, closes=closes),)) for day in days)

    hours = HoursInput(
        periods=(
            PeriodInput(week=week(range(6), "08:00", "16:00"), source="QĐ 1"),
            PeriodInput(
                valid_from=dt.date(2026, 12, 1),
                valid_to=dt.date(2026, 12, 31),
                week=week(range(5), "07:00", "15:00"),
                source="QĐ 2",
            ),
        )
    )
    actor = await administrator(application)
    async with application.database.session() as session:
        await set_hours(session, actor, CalendarName(PROVINCE), hours, now=NOW)
    calendar = (await calendar_of_unit(application, COMMUNE)).calendar
    assert calendar.is_working_day(dt.date(2026, 11, 28))
    assert not calendar.is_working_day(dt.date(2026, 12, 5))
    assert calendar.closing_time(dt.date(2026, 12, 4)) == at("2026-12-04 15:00")
    assert not calendar.is_working_day(dt.date(2026, 11, 24))


async def test_reception_is_the_deadline_calendar_with_layers_of_its_own(application: Application) -> None:
    unit_id = await unit_id_of(application, COMMUNE)
    saturday = dt.date(2026, 11, 28)
    given = DayInput(kind=DayKind.WORK, name="Tiếp nhận sáng thứ Bảy", source="Thông báo 3/TB-UBND")
    actor = await administrator(application)
    async with application.database.session() as session:
        await set_day(session, actor, CalendarName(COMMUNE, "reception"), saturday, given, now=NOW)
    async with application.database.read() as connection:
        reception = await calendar_of(connection, unit_id, "reception")
        deadline = await calendar_of(connection, unit_id)
    assert reception.calendar.is_working_day(saturday)
    assert not deadline.calendar.is_working_day(saturday)
    assert not reception.calendar.is_working_day(dt.date(2026, 11, 24))


async def test_a_closer_unit_overrides_the_province_for_the_whole_day(application: Application) -> None:
    await put(application, PROVINCE, STORM_DAY, DAY_OFF)
    works = DayInput(kind=DayKind.WORK, name="Trực bầu cử", source="Kế hoạch 4/KH-UBND")
    await put(application, COMMUNE, STORM_DAY, works)
    assert (await calendar_of_unit(application, COMMUNE)).calendar.is_working_day(STORM_DAY)
    assert not (await calendar_of_unit(application, OTHER_COMMUNE)).calendar.is_working_day(STORM_DAY)


async def test_loading_the_shipped_law_twice_changes_nothing(application: Application) -> None:
    counted = (
        "select (select count(*) from calendar_day), (select count(*) from office_hours), "
        "(select count(*) from clock_policy), (select array_agg(version order by id) from calendar)"
    )
    async with application.database.session() as session:
        before = (await session.execute(text(counted))).one()
        await load_shipped_calendars(session, now=NOW)
        assert (await session.execute(text(counted))).one() == before


async def test_the_policy_follows_the_day_of_acceptance_and_can_be_pinned(application: Application) -> None:
    async with application.database.read() as connection:
        old = await policy_in_force(connection, dt.date(2025, 6, 30))
        new = await policy_in_force(connection, dt.date(2025, 7, 1))
        assert (old.regime, old.supplement_effect) == ("ND61", SuspensionEffect.RESTART)
        assert (new.regime, new.supplement_effect) == ("ND118", SuspensionEffect.PAUSE)
        assert (new.clock.count_mode, new.clock.same_day_cutoff) == (CountMode.HOURS, 900)
        assert await pinned_policy(connection, old.id) is old


async def test_a_changed_policy_row_is_read_anew(application: Application) -> None:
    async with application.database.write() as connection:
        await fetch_all(connection, "update clock_policy set same_day_cutoff = 600 returning id")
        assert (await policy_in_force(connection, NOW.date())).clock.same_day_cutoff == 600


async def test_a_ledger_of_waits_and_an_extension_gives_the_current_date(application: Application) -> None:
    compiled = await calendar_of_unit(application, COMMUNE)
    async with application.database.read() as connection:
        policy = await policy_in_force(connection, NOW.date())
        ledger = await fetch_all(
            connection,
            "select * from (values "
            "('supplement_wait', 'pause', timestamptz '2026-12-02 10:00+07', timestamptz '2026-12-04 10:00+07', "
            "timestamptz '2026-12-10 08:00+07', ''), "
            "('calendar_change', 'none', timestamptz '2026-12-05 10:00+07', null, "
            "timestamptz '2026-12-10 08:00+07', ''), "
            "('extension', 'none', timestamptz '2026-12-08 10:00+07', null, "
            "timestamptz '2026-12-14 08:00+07', 'NĐ 118')"
            ") as line (cause, effect, from_at, to_at, after_due, legal_basis)",
        )
    accepted, limit = at("2026-12-01 08:00"), Limit(5, LimitUnit.WORKING_DAYS)
    suspensions, extensions = recorded_facts(ledger)
    assert promised_deadline(compiled, policy, limit, accepted).due_at == at("2026-12-08 08:00")
    assert deadline_after(compiled, policy, limit, accepted, suspensions).due_at == at("2026-12-10 08:00")
    extended = deadline_after(compiled, policy, limit, accepted, suspensions, extensions)
    assert extended.due_at == at("2026-12-14 08:00")
    kinds = [line.kind for line in explanation_of(compiled, policy, limit, accepted, suspensions, extensions)]
    assert {"suspended", "extended", "due"} <= set(kinds)
