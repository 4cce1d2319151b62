"""Filling the tree of units: one province from the shipped data, or a historic tree row by row."""

import datetime as dt

import pytest

from app.bootstrap import Application
from app.core.db import fetch_all, fetch_one
from app.domain.errors import InvalidInput, NotFound
from app.domain.identifiers import is_agency_code
from app.services.organization.create_units import create_counters, create_units
from app.services.organization.load_province import load_province_units
from app.services.organization.writes import NewCounter, NewUnit
from tests.factories.people import COMMUNE, DEPARTMENT, PROVINCE


def new_unit(code: str, level: str, parent_code: str | None) -> NewUnit:
    return NewUnit(
        code=code, name=f"Đơn vị {code}", level=level, parent_code=parent_code, valid_from=dt.date(2016, 6, 1)
    )


async def test_ninh_binh_has_129_communes_with_a_one_stop_desk_each(application: Application) -> None:
    async with application.database.read() as connection:
        rows = await fetch_all(
            connection,
            "select u.code, u.is_one_stop from unit u join unit p on p.id = u.parent_id "
            "where u.level = 'commune' and p.code = $1",
            PROVINCE,
        )
    assert len(rows) == 129
    assert all(row.is_one_stop for row in rows)


async def test_every_unit_of_the_province_has_its_own_wellformed_identifier(application: Application) -> None:
    async with application.database.read() as connection:
        units = await fetch_all(connection, "select id from unit")
        identifiers = await fetch_all(connection, "select unit_id, code, confidence from agency_identifier")
    assert {row.unit_id for row in identifiers} == {row.id for row in units}
    assert len({row.code for row in identifiers}) == len(units)
    assert all(is_agency_code(row.code) and row.code.startswith("H42") for row in identifiers)
    assert not any(row.confidence == "verified" for row in identifiers)


async def test_a_path_lists_the_ids_from_the_root_down(application: Application) -> None:
    async with application.database.read() as connection:
        root = await fetch_one(connection, "select id, path from unit where code = $1", PROVINCE)
        commune = await fetch_one(connection, "select id, path, parent_id from unit where code = $1", COMMUNE)
    assert root is not None
    assert commune is not None
    assert root.path == f"/{root.id}/"
    assert commune.path == f"/{root.id}/{commune.id}/"
    assert commune.parent_id == root.id


async def test_loading_a_second_time_changes_nothing(application: Application) -> None:
    async def everything() -> tuple[list[object], list[object]]:
        async with application.database.read() as connection:
            units = await fetch_all(connection, "select * from unit order by id")
            identifiers = await fetch_all(connection, "select * from agency_identifier order by id")
            return [tuple(row) for row in units], [tuple(row) for row in identifiers]

    before = await everything()
    async with application.database.session() as session:
        report = await load_province_units(session, province_code=PROVINCE, now=application.clock.now())
    assert (report.units_added, report.identifiers_added) == (0, 0)
    assert report.units_present == len(before[0])
    assert await everything() == before


async def test_an_unknown_province_is_refused(application: Application) -> None:
    with pytest.raises(NotFound) as refused:
        async with application.database.session() as session:
            await load_province_units(session, province_code="99", now=application.clock.now())
    assert refused.value.refusals[0].code == "province_unknown"


async def test_a_second_province_is_refused_because_a_root_sees_everything(application: Application) -> None:
    with pytest.raises(InvalidInput) as refused:
        async with application.database.session() as session:
            await load_province_units(session, province_code="01", now=application.clock.now())
    assert [refusal.code for refusal in refused.value.refusals] == ["second_root"]


async def test_a_historic_tree_is_placed_whatever_the_order_of_its_rows(application: Application) -> None:
    rows = [
        new_unit("xa", "commune", "huyen"),
        new_unit("huyen", "district", PROVINCE),
        new_unit("so", "department", PROVINCE),
    ]
    async with application.database.session() as session:
        made = await create_units(session, rows)
    async with application.database.read() as connection:
        root = await fetch_one(connection, "select id from unit where code = $1", PROVINCE)
        commune = await fetch_one(connection, "select path from unit where code = 'xa'")
    assert root is not None
    assert commune is not None
    assert commune.path == f"/{root.id}/{made['huyen']}/{made['xa']}/"


async def test_all_faults_of_a_tree_are_listed(application: Application) -> None:
    rows = [
        new_unit("a", "commune", "b"),
        new_unit("b", "district", "a"),
        new_unit("c", "commune", "nowhere"),
        new_unit("d", "province", None),
    ]
    with pytest.raises(InvalidInput) as refused:
        async with application.database.session() as session:
            await create_units(session, rows)
    assert [(refusal.code, refusal.params["code"]) for refusal in refused.value.refusals] == [
        ("parent_unknown", "b"),
        ("parent_unknown", "a"),
        ("parent_unknown", "nowhere"),
        ("second_root", "d"),
    ]


async def test_counters_open_once_and_only_at_one_stop_desks(application: Application) -> None:
    counters = [NewCounter(unit_code=code, code="01", name="Hộ tịch") for code in (COMMUNE, DEPARTMENT)]
    async with application.database.session() as session:
        assert await create_counters(session, counters) == 1
        assert await create_counters(session, counters) == 0
