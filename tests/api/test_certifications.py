"""The fast lane: one request does the whole visit or nothing; the register numbers without gap."""

import copy
from typing import Any

import asyncpg
import httpx
import pytest

from app.bootstrap import Application
from app.core.clock import FixedClock
from app.core.db import SERVICE_ROLE, execute, fetch_all, fetch_one
from app.domain.permissions import Role
from app.services.integration.writes import ensure_position
from app.worker.follower import catch_up
from app.worker.main import FOLLOWERS
from tests.factories.dossiers import Desk, applicant, codes, desk_of, go_to
from tests.factories.people import COMMUNE, OTHER_COMMUNE, PROVINCE, account_of, headers_of, signed_in

THIRTY = [
    {"name": "Bằng tốt nghiệp đại học", "pages": 1, "copies": 10},
    {"name": "Bảng điểm", "pages": 4, "copies": 10},
    {"name": "Căn cước công dân", "pages": 2, "copies": 10},
]
"""30 copies: 20.000 + 60.000 + 40.000 đồng."""
TABLES = (
    "dossier", "dossier_event", "dossier_party", "dossier_component", "receipt", "dossier_number", "fee_charge",
    "fee_receipt", "fee_receipt_number", "cash_day", "certification_entry", "certification_number", "hand_over",
    "dossier_outcome", "idempotency_key",
)  # fmt: skip


async def signer_of(application: Application, unit: str = COMMUNE) -> str:
    """Return the user name of a leader who signs for the unit."""
    actor = await account_of(application, Role.APPROVING_LEADER, unit)
    async with application.database.read() as connection:
        row = await fetch_one(connection, "select username from account where id = $1", actor.account_id)
    assert row is not None
    return str(row.username)


@pytest.fixture
async def signer(application: Application) -> str:
    return await signer_of(application)


def visit(signer: str | None, **changes: Any) -> dict[str, Any]:
    return {
        "procedure_code": "2.000815",
        "receiving_unit": COMMUNE,
        "applicant": applicant(),
        "papers": copy.deepcopy(THIRTY),
        "signer": signer,
        "paid": "cash",
    } | changes


async def certified(desk: Desk, signer: str, **changes: Any) -> dict[str, Any]:
    answer = await desk.post("/certifications", visit(signer, **changes))
    assert answer.status_code == 201, answer.text
    document: dict[str, Any] = answer.json()
    return document


async def stored(application: Application) -> dict[str, int]:
    """Return how many rows each table that a visit writes has."""
    counted = ", ".join(f"(select count(*) from {table}) as {table}" for table in TABLES)
    async with application.database.read() as connection:
        row = await fetch_one(connection, f"select {counted}")
    assert row is not None
    return dict(row)


async def as_owner(application: Application, *statements: str) -> None:
    """Change tables, which the service's role may not."""
    async with application.database.write() as connection:
        for statement in ("set role none", *statements, f"set role {SERVICE_ROLE}"):
            await fetch_all(connection, statement)


async def test_thirty_copies_in_one_request(desk: Desk, signer: str) -> None:
    done = await certified(desk, signer, amount_vnd=120_000)
    assert (done["state"], done["copies"], done["total_vnd"]) == ("returned", 30, 120_000)
    assert [line["amount_vnd"] for line in done["lines"]] == [20_000, 60_000, 40_000]
    assert done["receipt_number"].endswith("-BL-2026-000001")
    assert [line["label"] for line in done["certifications"]] == [f"{n}/2026-SCT/BS" for n in range(1, 31)]
    assert sum(line["fee_vnd"] for line in done["certifications"]) == 120_000
    entries = (await desk.get(f"/dossiers/{done['code']}/timeline"))["entries"]
    assert [entry["type"] for entry in entries] == [
        "registered", "accepted", "fee_charged", "fee_collected", "resolved", "handed_over",
    ]  # fmt: skip
    assert [entry["seq"] for entry in entries] == [1, 2, 3, 4, 5, 6]
    dossier = await desk.get(f"/dossiers/{done['code']}")
    assert dossier["version"] == done["version"] == 6
    assert dossier["outcome"]["result_number"] == "1-30/2026-SCT/BS"
    assert dossier["hand_over"]["receiver_name"] == dossier["applicant"]["full_name"]
    assert (dossier["accepted_at"], dossier["returned_at"]) == (done["accepted_at"], done["returned_at"])


async def test_the_log_names_who_pressed_the_button_and_the_register_who_signed(
    application: Application, desk: Desk
) -> None:
    clerk = await account_of(application, Role.RECEPTION_CLERK, COMMUNE)
    leader = await account_of(application, Role.APPROVING_LEADER, COMMUNE)
    async with application.database.read() as connection:
        row = await fetch_one(connection, "select username from account where id = $1", leader.account_id)
    assert row is not None
    answer = await desk.post("/certifications", visit(row.username), by=headers_of(application, clerk))
    assert answer.status_code == 201
    async with application.database.read() as connection:
        actors = await fetch_one(connection, "select array_agg(distinct actor_id) as ids from dossier_event")
        signers = await fetch_one(connection, "select array_agg(distinct signer_id) as ids from certification_entry")
    assert actors is not None
    assert signers is not None
    assert (actors.ids, signers.ids) == ([clerk.account_id], [leader.account_id])


async def test_the_citizen_can_rate_and_look_up(desk: Desk, signer: str) -> None:
    done = await certified(desk, signer)
    seen = await desk.client.get(f"/api/v1/lookup/{done['code']}", params={"secret": done["lookup_secret"]})
    assert seen.json()["state"] == "returned"
    rated = await desk.client.post(f"/api/v1/ratings/{done['rating_token']}", json={"level": 5})
    assert rated.status_code == 201


async def test_copies_go_to_a_stranger_only_with_an_authorisation(
    application: Application, desk: Desk, signer: str
) -> None:
    stranger: dict[str, Any] = {"full_name": "Trần Văn Người Khác", "identity_number": "037890000017"}
    before = await stored(application)
    refused = await desk.post("/certifications", visit(signer, receiver=stranger))
    assert codes(refused.json()) == ["receiver_is_stranger"]
    assert refused.json()["errors"][0]["field"] == "receiver.identity_number"
    assert await stored(application) == before
    stranger["authorisation"] = {"reason": "Con ruột", "reference": "Giấy ủy quyền ngày 22/11/2026"}
    done = await certified(desk, signer, receiver=stranger)
    dossier = await desk.get(f"/dossiers/{done['code']}")
    assert dossier["hand_over"]["receiver_name"] == "Trần Văn Người Khác"


async def test_a_signature_is_counted_by_case_and_entered_in_its_own_book(desk: Desk, signer: str) -> None:
    papers = [{"name": "Giấy ủy quyền", "copies": 2}, {"name": "Sơ yếu lý lịch"}]
    done = await certified(desk, signer, procedure_code="2.000884", papers=papers)
    assert (done["total_vnd"], done["book"]) == (30_000, "CK")
    assert [line["label"] for line in done["certifications"]] == [f"{n}/2026-SCT/CK" for n in (1, 2, 3)]


async def test_what_is_free_needs_no_payment_and_leaves_no_receipt(desk: Desk, signer: str) -> None:
    from_the_book = await certified(desk, signer, procedure_code="2.000908", paid=None)
    assert (from_the_book["total_vnd"], from_the_book["receipt_number"]) == (0, None)
    exemption = {"ground": "NCC", "note": "Thẻ thương binh"}
    exempt = await certified(desk, signer, exemption=exemption, paid=None)
    assert (exempt["total_vnd"], exempt["state"]) == (0, "returned")
    assert exempt["lines"][0]["gross_vnd"] == 20_000


async def test_one_who_decides_for_the_unit_signs_themselves(application: Application, desk: Desk) -> None:
    officer = await account_of(application, Role.RECEPTION_CLERK, COMMUNE)
    async with application.database.write() as connection:
        await execute(
            connection,
            "insert into role_grant (account_id, role, unit_id, granted_at) select $1, 'specialist', id, now() "
            "from unit where code = $2",
            officer.account_id,
            COMMUNE,
        )
    both = await _with_present_roles(application, officer.account_id or 0)
    answer = await desk.post("/certifications", visit(None), by=both)
    assert answer.status_code == 201, answer.text


async def _with_present_roles(application: Application, account_id: int) -> dict[str, str]:
    from app.services.identity.queries import actor_of

    async with application.database.read() as connection:
        actor = await actor_of(connection, account_id)
    assert actor is not None
    return headers_of(application, actor)


async def test_every_fault_is_named_at_once_and_nothing_is_stored(application: Application, desk: Desk) -> None:
    before = await stored(application)
    body = visit(
        "nobody",
        applicant=applicant(identity_number="12"),
        exemption={"ground": "KING", "note": "x"},
        paid=None,
    )
    answer = await desk.post("/certifications", body)
    assert answer.status_code == 422
    assert {"signer_may_not_sign", "fee_ground_unknown"} < set(codes(answer.json()))
    assert any(fault["field"] == "applicant.identity_number" for fault in answer.json()["errors"])
    assert await stored(application) == before


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"signer": None}, ["signer_missing"]),
        ({"paid": None}, ["certification_unpaid"]),
        ({"procedure_code": "1.004873"}, ["component_missing", "procedure_not_in_fast_lane", "fee_set_by_council"]),
        ({"procedure_code": "9.999999"}, ["procedure_unknown"]),
        ({"papers": [{"name": "x", "copies": 600}, {"name": "y", "copies": 600}]}, ["certification_too_many"]),
        ({"papers": [*THIRTY, {"name": "Giấy khai sinh", "pages": 0}]}, ["greater_than_equal"]),
        ({"papers": [*THIRTY, {"name": "Giấy\x00"}]}, ["nul_character"]),
        ({"papers": []}, ["too_short"]),
        ({"receiving_unit": "nowhere"}, ["unit_unknown"]),
        ({"unexpected": 1}, ["extra_forbidden"]),
    ],
)
async def test_a_wrong_visit_is_refused_and_nothing_is_stored(
    application: Application, desk: Desk, signer: str, change: dict[str, Any], expected: list[str]
) -> None:
    before = await stored(application)
    answer = await desk.post("/certifications", visit(signer) | change, idempotency_key="k")
    assert answer.status_code == 422, answer.text
    assert set(codes(answer.json())) <= set(expected)
    assert codes(answer.json())
    assert await stored(application) == before


async def test_a_total_other_than_the_one_told_is_refused_whole(
    application: Application, desk: Desk, signer: str
) -> None:
    before = await stored(application)
    answer = await desk.post("/certifications", visit(signer, amount_vnd=119_000))
    assert (answer.status_code, codes(answer.json())) == (409, ["charge_changed"])
    assert await stored(application) == before


async def test_a_closed_till_stops_the_whole_visit(application: Application, desk: Desk, signer: str) -> None:
    assert (await desk.post("/cash-closes", {"unit": COMMUNE, "counted_vnd": 0})).status_code == 201
    before = await stored(application)
    answer = await desk.post("/certifications", visit(signer), idempotency_key="k")
    assert (answer.status_code, codes(answer.json())) == (409, ["cash_day_closed"])
    assert await stored(application) == before, "not even the number or the key is used up"


async def test_a_failure_of_the_database_at_the_last_step_leaves_nothing(
    application: Application, desk: Desk, signer: str
) -> None:
    """The hand-over is made to fail below everything: what was done before it in the request is gone, too."""
    before = await stored(application)
    await as_owner(
        application,
        "create function fail() returns trigger language plpgsql as "
        "$$ begin raise exception 'no' using errcode = 'disk_full'; end $$",
        "create trigger fail before insert on hand_over for each row execute function fail()",
    )
    desk.client.event_hooks = {"request": [], "response": []}
    answer = await desk.post("/certifications", visit(signer))
    assert answer.status_code >= 500
    assert await stored(application) == before
    await as_owner(application, "drop trigger fail on hand_over", "drop function fail()")
    assert (await desk.post("/certifications", visit(signer))).status_code == 201


async def test_nobody_certifies_for_a_unit_that_is_not_theirs(application: Application, desk: Desk) -> None:
    before = await stored(application)
    signer = await signer_of(application, OTHER_COMMUNE)
    elsewhere = await desk.post("/certifications", visit(signer, receiving_unit=OTHER_COMMUNE))
    assert elsewhere.status_code == 403
    foreign = await desk.post("/certifications", visit(signer))
    assert codes(foreign.json()) == ["signer_may_not_sign"]
    assert (await desk.post("/certifications", visit(signer), by=desk.leader)).status_code == 403
    assert await stored(application) == before


async def test_the_same_key_makes_one_dossier(application: Application, desk: Desk, signer: str) -> None:
    body = visit(signer)
    first, second = [await desk.post("/certifications", body, idempotency_key="k") for _ in range(2)]
    assert (first.status_code, first.content) == (201, second.content)
    assert second.headers["idempotency-replayed"] == "true"
    assert (await stored(application))["dossier"] == 1
    other = await desk.post("/certifications", body | {"paid": "bank_transfer"}, idempotency_key="k")
    assert codes(other.json()) == ["idempotency_key_reused"]


async def test_figures_take_it_for_an_ordinary_dossier_done_in_time(
    own_application: Application, own_client: httpx.AsyncClient, clock: FixedClock
) -> None:
    desk = await desk_of(own_application, own_client)
    signer = await signer_of(own_application)
    async with own_application.database.write() as connection:
        for follower in FOLLOWERS:
            await ensure_position(connection, follower.name)
    await certified(desk, signer)
    go_to(clock, "2026-11-23 16:00")
    late = await certified(desk, signer)
    assert late["promised_due_at"].startswith("2026-11-25"), "received after 15:00 before a holiday"
    for follower in FOLLOWERS:
        await catch_up(own_application.database, follower, now=own_application.clock.now())
    period: dict[str, Any] = {"from": "2026-11-01", "to": "2026-11-30", "procedure": "2.000815"}
    total = (await desk.get("/statistics/on-time", **period))["total"]
    assert (total["received"], total["resolved"]["total"]) == (2, 2)
    for rate in ("resolved_on_time", "index_766_2_1", "against_promise"):
        assert total[rate]["percent"] == "100.00"


async def test_the_register_lists_masked_requesters_by_book_unit_and_day(desk: Desk, signer: str) -> None:
    await certified(desk, signer)
    await certified(desk, signer, procedure_code="2.000884", papers=[{"name": "Giấy ủy quyền"}])
    seen: list[dict[str, Any]] = []
    cursor: dict[str, Any] = {}
    while True:
        part = await desk.get("/certifications", book="BS", unit=COMMUNE, limit=12, **cursor)
        seen += part["items"]
        if part["next_cursor"] is None:
            break
        cursor = {"cursor": part["next_cursor"]}
    assert [line["number"] for line in seen] == list(range(30, 0, -1))
    assert seen[0]["requester"] != "Nguyễn Thị Thử Nghiệm"
    assert seen[0]["label"] == "30/2026-SCT/BS"
    days: list[tuple[dict[str, Any], int]] = [
        ({"from": "2026-11-23", "to": "2026-11-23", "book": "CK"}, 1),
        ({"from": "2026-11-24"}, 0),
        ({"from": "1900-01-01", "to": "2199-12-31", "limit": 200}, 31),
    ]
    for wanted, count in days:
        assert len((await desk.get("/certifications", **wanted))["items"]) == count


async def test_which_procedures_go_fast_is_data(application: Application, desk: Desk, signer: str) -> None:
    keeper = await signed_in(application, Role.PROVINCE_ADMINISTRATOR, PROVINCE)
    path = "/api/v1/certification-procedures"
    listed = (await desk.client.get(path)).json()["items"]
    assert {item["procedure_code"]: item["book"] for item in listed} == {
        "2.000815": "BS", "2.000884": "CK", "2.000908": "SG",
    }  # fmt: skip
    assert (await desk.client.put(f"{path}/2.000815", json={"book": "BS"}, headers=desk.clerk)).status_code == 403
    unknown = await desk.client.put(f"{path}/9.999999", json={"book": "ZZ"}, headers=keeper)
    assert codes(unknown.json()) == ["procedure_unknown", "certification_book_unknown"]
    taken_out = await desk.client.put(f"{path}/2.000815", json={"book": None}, headers=keeper)
    assert len(taken_out.json()["items"]) == 2
    refused = await desk.post("/certifications", visit(signer))
    assert codes(refused.json()) == ["procedure_not_in_fast_lane"]
    await desk.client.put(f"{path}/2.000815", json={"book": "BS"}, headers=keeper)
    await certified(desk, signer)


async def test_a_book_may_number_by_paper(application: Application, desk: Desk, signer: str) -> None:
    async with application.database.write() as connection:
        await execute(connection, "update certification_book set numbered_by = 'paper' where code = 'BS'")
    done = await certified(desk, signer)
    assert [(line["number"], line["copies"], line["fee_vnd"]) for line in done["certifications"]] == [
        (1, 10, 20_000),
        (2, 10, 60_000),
        (3, 10, 40_000),
    ]


@pytest.mark.parametrize("statement", ["update certification_entry set number = 0", "delete from certification_entry"])
async def test_the_register_is_never_rewritten(
    application: Application, desk: Desk, signer: str, statement: str
) -> None:
    await certified(desk, signer)
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        async with application.database.write() as connection:
            await execute(connection, statement)
