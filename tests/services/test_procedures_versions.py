import datetime as dt
from collections.abc import AsyncIterator
from typing import Any

import asyncpg
import pytest
from sqlalchemy.ext.asyncio import AsyncConnection

from app.bootstrap import Application
from app.core.db import execute, fetch_one, from_json
from app.domain.errors import Conflict, InvalidInput, NotFound
from app.domain.permissions import Role
from app.services.procedures import drafts
from app.services.procedures.checks import draft_faults, publication_faults
from app.services.procedures.content import version_content, version_in_force
from app.services.procedures.inputs import ProcedureInput, ReplacementInput, VersionInput
from tests.factories.people import PROVINCE, account_of

TODAY = dt.date(2026, 11, 23)
CONTENT: dict[str, Any] = {
    "name": "Thủ tục thử",
    "valid_from": "2026-01-01",
    "components": [{"code": "TP01", "name": "Tờ khai"}],
    "terms": [{"channel": "counter", "statutory": {"value": 5, "unit": "working_days"}}],
}

ADD_A_FEE = (
    "insert into procedure_fee (version_id, channel, code, name, amount_vnd, per, tariff, confidence) "
    "values ($1, 'counter', 'LP09', 'Thêm', 1, 'dossier', '{}', 'verified')"
)
MOVE_DRAFTED_COMPONENTS = (
    "update procedure_component c set version_id = $1 from procedure_version v "
    "where v.id = c.version_id and v.status = 'draft'"
)


def content(**changes: Any) -> VersionInput:
    return VersionInput.model_validate({**CONTENT, **changes})


class Office:
    """An administrator at work on one connection."""

    def __init__(self, connection: AsyncConnection, actor: Any, now: dt.datetime) -> None:
        self.connection = connection
        self.by: dict[str, Any] = {"actor": actor, "now": now}

    async def create(self, code: str = "9.000001", **changes: Any) -> dict[str, Any]:
        given = ProcedureInput(code=code, field="Hộ tịch", content=content(**changes))
        return self._read(await drafts.create_procedure(self.connection, given, **self.by))

    async def draft(self, code: str = "9.000001", **changes: Any) -> dict[str, Any]:
        return self._read(await drafts.create_draft(self.connection, code, content(**changes), **self.by))

    async def change(self, number: int, code: str = "9.000001", **changes: Any) -> dict[str, Any]:
        return self._read(await drafts.change_draft(self.connection, code, number, content(**changes), **self.by))

    async def publish(self, number: int, code: str = "9.000001") -> dict[str, Any]:
        return self._read(await drafts.publish(self.connection, code, number, **self.by))

    async def replace(self, code: str, replaced_by: str, from_date: dt.date | None = None) -> dict[str, Any]:
        given = ReplacementInput(code=replaced_by, from_date=from_date)
        return self._read(await drafts.replace_procedure(self.connection, code, given, **self.by))

    @staticmethod
    def _read(document: str) -> dict[str, Any]:
        found: dict[str, Any] = from_json(document)
        return found


@pytest.fixture
async def office(application: Application) -> AsyncIterator[Office]:
    actor = await account_of(application, Role.PROVINCE_ADMINISTRATOR, PROVINCE)
    async with application.database.write() as connection:
        yield Office(connection, actor, application.clock.now())


async def test_a_draft_is_not_in_force_until_it_is_published(office: Office) -> None:
    draft = await office.create()
    assert (draft["status"], draft["version"], draft["published_at"]) == ("draft", 1, None)
    assert await version_in_force(office.connection, "9.000001", TODAY) is None
    published = await office.publish(1)
    assert (published["status"], published["in_force"]) == ("published", True)
    found = await version_in_force(office.connection, "9.000001", TODAY)
    assert found is not None
    assert found.version == 1


async def test_a_draft_changes_and_is_never_kept_in_memory(office: Office) -> None:
    await office.create()
    version: Any = await fetch_one(office.connection, "select max(id) as id from procedure_version")
    assert (await version_content(office.connection, version.id)).name == "Thủ tục thử"
    changed = await office.change(1, name="Tên khác", components=[], fees=[])
    assert (changed["name"], changed["components"]) == ("Tên khác", [])
    assert (await version_content(office.connection, version.id)).name == "Tên khác"


async def test_publication_ends_the_former_version_where_the_new_one_begins(office: Office) -> None:
    await office.create()
    await office.publish(1)
    await office.draft(name="Lần hai", valid_from="2026-11-01")
    second = await office.publish(2)
    assert second["version"] == 2
    october, november = dt.date(2026, 10, 31), dt.date(2026, 11, 1)
    names = [await version_in_force(office.connection, "9.000001", day) for day in (october, november)]
    assert [found and found.name for found in names] == ["Thủ tục thử", "Lần hai"]
    former: Any = await fetch_one(
        office.connection,
        "select v.status, v.valid_to from procedure_version v join procedure p on p.id = v.procedure_id "
        "where p.code = '9.000001' and v.version = 1",
    )
    assert (former.status, former.valid_to) == ("replaced", november)


async def test_a_version_cannot_take_effect_before_the_one_it_replaces(office: Office) -> None:
    await office.create()
    await office.publish(1)
    await office.draft(valid_from="2025-12-31")
    with pytest.raises(InvalidInput) as refused:
        await office.publish(2)
    assert [(r.code, r.field) for r in refused.value.refusals] == [("valid_from_before_previous", "valid_from")]


async def test_a_procedure_has_one_draft_at_a_time(office: Office) -> None:
    await office.create()
    with pytest.raises(Conflict) as refused:
        await office.draft()
    assert [(r.code, r.params) for r in refused.value.refusals] == [("draft_exists", {"version": 1})]


async def test_a_published_version_is_not_changed_or_published_again(office: Office) -> None:
    await office.create()
    await office.publish(1)
    for act in (office.change(1), office.publish(1)):
        with pytest.raises(Conflict) as refused:
            await act
        assert [r.code for r in refused.value.refusals] == ["version_published"]


async def test_what_does_not_exist_is_not_found(office: Office) -> None:
    for act in (office.draft("9.999999"), office.publish(7, "1.001193"), office.draft("no code at all")):
        with pytest.raises(NotFound):
            await act


async def test_a_code_is_entered_once(office: Office) -> None:
    with pytest.raises(Conflict):
        await office.create("1.001193.000.00.00.H42")


@pytest.mark.parametrize(
    "statement",
    [
        "update procedure_version set name = 'Khác' where id = $1",
        "update procedure_version set status = 'draft', published_at = null where id = $1",
        "delete from procedure_version where id = $1",
        "update procedure_component set name = 'Khác' where version_id = $1",
        "delete from procedure_component where version_id = $1",
        "update procedure_term set committed_value = 9 where version_id = $1",
        "delete from procedure_term where version_id = $1",
        "update procedure_fee set amount_vnd = 1 where version_id = $1",
        "delete from procedure_fee where version_id = $1",
        ADD_A_FEE,
        MOVE_DRAFTED_COMPONENTS,
    ],
)
async def test_the_database_refuses_to_change_what_is_published(office: Office, statement: str) -> None:
    await office.create()
    version: Any = await fetch_one(
        office.connection,
        "select v.id from procedure_version v join procedure p on p.id = v.procedure_id "
        "where p.code = '1.001193' and v.version = 1",
    )
    with pytest.raises(asyncpg.InsufficientPrivilegeError, match="never changes"):
        async with office.connection.begin_nested():
            await execute(office.connection, statement, version.id)


async def test_a_draft_can_be_deleted_with_its_parts(office: Office) -> None:
    await office.create()
    gone = await execute(office.connection, "delete from procedure_version where status = 'draft'")
    assert gone == 1


async def test_a_replaced_procedure_takes_no_dossier_from_the_day_on(office: Office) -> None:
    last, first = dt.date(2026, 12, 31), dt.date(2027, 1, 1)
    document = await office.replace("2.000986", "3.000722", first)
    assert (document["replaced_by"], document["in_force"]) == ("3.000722", True)
    assert await version_in_force(office.connection, "2.000986", last) is not None
    assert await version_in_force(office.connection, "2.000986", first) is None


async def test_replacements_lead_to_a_known_procedure_and_never_back(office: Office) -> None:
    await office.replace("2.000986", "3.000722")
    for code, replaced_by, fault in (
        ("1.001193", "9.999999", "replacement_unknown"),
        ("1.001193", "1.001193", "replacement_circular"),
        ("3.000722", "2.000986", "replacement_circular"),
        ("1.001193", "no code", "procedure_code_malformed"),
    ):
        with pytest.raises(InvalidInput) as refused:
            await office.replace(code, replaced_by)
        assert [r.code for r in refused.value.refusals] == [fault]


async def test_publication_tells_every_fault_at_once(office: Office) -> None:
    await office.create(
        level="full", terms=[], fees=[{"channel": "postal", "code": "A", "name": "Phí", "amount_vnd": 1}]
    )
    with pytest.raises(InvalidInput) as refused:
        await office.publish(1)
    assert [(r.code, r.params.get("channel")) for r in refused.value.refusals] == [
        ("terms_missing", None),
        ("term_missing_for_channel", "online"),
        ("term_missing_for_channel", "postal"),
    ]


async def test_every_act_leaves_an_audit_entry(office: Office) -> None:
    await office.create()
    await office.change(1)
    await office.publish(1)
    await office.draft(valid_from="2026-12-01")
    await office.replace("9.000001", "1.001193")
    row: Any = await fetch_one(
        office.connection,
        "select array_agg(action order by id) as actions, count(distinct account_id) as accounts "
        "from audit_entry where subject = '9.000001'",
    )
    assert row.actions == [f"procedure.{act}" for act in ("create", "change", "publish", "draft", "replace")]
    assert row.accounts == 1


def test_a_content_that_contradicts_itself_is_refused_even_as_a_draft() -> None:
    term = {"channel": "counter", "statutory": {"value": 2, "unit": "same_day"}}
    fee = {"channel": "counter", "code": "A", "name": "Phí", "amount_vnd": 1}
    steps = [{"from_quantity": 5, "amount_vnd": 1}, {"from_quantity": 3, "amount_vnd": 1}]
    faults = draft_faults(
        content(
            case_variants=[{"code": "first", "name": "Cấp lần đầu", "requires": ["TP09"]}],
            components=[*CONTENT["components"], *CONTENT["components"]],
            terms=[term, term, {**term, "channel": "online", "case_variant": "unheard_of"}],
            fees=[fee, {**fee, "later_steps": steps}],
        )
    )
    assert [(fault.code, fault.field) for fault in faults] == [
        ("component_code_repeated", "components.1"),
        ("term_repeated", "terms.1"),
        ("fee_repeated", "fees.1"),
        ("case_variant_unknown", "terms.2.case_variant"),
        ("case_requires_unknown", "case_variants.0.requires"),
        ("limit_absurd", "terms.0.statutory.value"),
        ("limit_absurd", "terms.1.statutory.value"),
        ("limit_absurd", "terms.2.statutory.value"),
        ("fee_tariff_invalid", "fees.1.later_steps"),
    ]


def test_a_channel_promises_a_date_for_every_case_or_for_none() -> None:
    cases = [{"code": "first", "name": "Cấp lần đầu"}, {"code": "again", "name": "Cấp lại"}]
    term = {"channel": "counter", "statutory": {"value": 2, "unit": "working_days"}}
    some = content(case_variants=cases, terms=[{**term, "case_variant": "first"}])
    assert [(f.code, f.params["case_variants"]) for f in publication_faults(some)] == [
        ("term_missing_for_case", "again")
    ]
    every = content(case_variants=cases, terms=[{**term, "case_variant": "first"}, {**term, "case_variant": "again"}])
    assert publication_faults(every) == []
    assert publication_faults(content(case_variants=cases, terms=[term])) == []


def test_a_service_that_only_informs_is_not_filed_online() -> None:
    online = {"channel": "online", "statutory": {"value": 2, "unit": "working_days"}}
    faults = publication_faults(content(level="information", terms=[*CONTENT["terms"], online]))
    assert [fault.code for fault in faults] == ["level_excludes_online"]
