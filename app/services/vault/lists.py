"""The lists of kinds of papers and of their uses, as the province edits them: a line ends, and another begins."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from app import data
from app.core.clock import local_date
from app.domain.errors import Conflict, InvalidInput, NotFound, Refusal, refuse_all
from app.domain.permissions import Actor
from app.services.audit.queries import write_audit_entry
from app.services.vault import queries, writes
from app.services.vault.inputs import AddPaperKind, AddPaperUse, EndPaperLine

_ALWAYS = dt.date(2000, 1, 1)
"""From when the shipped lines count: whatever day a dossier is from."""


async def load_shipped_papers(session: AsyncSession, *, now: dt.datetime) -> int:
    """Record the shipped lines of what is on no line yet; return how many. What a province changed stays."""
    connection = await session.connection()
    await writes.one_list_at_a_time(connection)
    added = 0
    for row in data.rows("code_lists/paper_kinds.csv"):
        names = [name for name in row["file_names"].split(";") if name]
        added += await writes.add_kind(
            connection,
            {
                **{name: row[name] for name in ("code", "vi", "en", "confidence", "source")},
                "presented_only": row["presented_only"] == "true",
                "valid_months": int(row["valid_months"]) if row["valid_months"] else None,
                "file_names": names,
                **_recorded(_ALWAYS, None, None, now),
            },
            only_if_unlisted=True,
        )
    for row in data.rows("paper_uses.csv"):
        added += await writes.add_use(
            connection,
            {
                **{name: row[name] for name in ("procedure_code", "role", "code", "kind", "confidence", "source")},
                "about_holder": row["about"] == "holder",
                **_recorded(_ALWAYS, None, None, now),
            },
            only_if_unlisted=True,
        )
    return added


async def add_kind(connection: AsyncConnection, actor: Actor, body: AddPaperKind, *, now: dt.datetime) -> Any:
    """Write a line of the list of kinds and return it.

    Raises `InvalidInput` for days in the past or reversed and for an identity card that would be kept, `Conflict` while
    another line of the kind is in force.
    """
    refuse_all(InvalidInput, _faults_of_days(body.valid_from, body.valid_to, now))
    if body.code in _only_shown() and not body.presented_only:
        raise InvalidInput(Refusal("paper_kind_only_shown", "presented_only"))
    await writes.one_list_at_a_time(connection)
    await _refuse_overlap(connection, "paper_kind", {"code": body.code}, body.valid_from, body.valid_to)
    values = body.model_dump(mode="json") | _recorded(body.valid_from, body.valid_to, actor, now)
    await writes.add_kind(connection, values)
    (row,) = await queries.kinds_page(connection, code=body.code, on=body.valid_from, after=0, limit=1)
    await _audit(connection, actor, "paper_kind_added", f"paper_kind:{row.id}", {"code": body.code}, now)
    return row


async def add_use(connection: AsyncConnection, actor: Actor, body: AddPaperUse, *, now: dt.datetime) -> Any:
    """Write a line of the list of uses and return it.

    The same faults, and unknown procedures and kinds, a component or result that the procedure's version in force on
    the first day does not list, and what is only shown: nothing of it is held.
    """
    faults = _faults_of_days(body.valid_from, body.valid_to, now)
    found = await queries.code_in_force(connection, body.procedure_code, body.code, body.valid_from)
    if found.procedure_id is None:
        faults.append(Refusal("procedure_unknown", "procedure_code", {"code": body.procedure_code}))
    elif body.code:
        faults += _faults_of_code(body, found)
    kinds = await queries.kinds_page(connection, code=body.kind, on=body.valid_from, after=0, limit=1)
    if not kinds:
        faults.append(Refusal("paper_kind_not_in_force", "kind", {"kind": body.kind}))
    elif kinds[0].presented_only:
        faults.append(Refusal("paper_use_of_shown_kind", "kind", {"kind": body.kind}))
    if body.role == "component" and not body.code:
        faults.append(Refusal("missing", "code"))
    refuse_all(InvalidInput, faults)
    await writes.one_list_at_a_time(connection)
    key = {"procedure_code": body.procedure_code, "role": body.role, "code": body.code or ""}
    await _refuse_overlap(connection, "paper_use", key, body.valid_from, body.valid_to)
    values = body.model_dump(mode="json") | key | _recorded(body.valid_from, body.valid_to, actor, now)
    await writes.add_use(connection, values)
    (row,) = await queries.uses_page(connection, on=body.valid_from, after=0, limit=1, **key)
    await _audit(connection, actor, "paper_use_added", f"paper_use:{row.id}", {**key, "kind": body.kind}, now)
    return row


def _faults_of_code(body: AddPaperUse, found: Any) -> list[Refusal]:
    """Return why a code of a procedure's version cannot be a paper that is held."""
    params = {"procedure": body.procedure_code, "day": body.valid_from.isoformat()}
    if body.role == "result":
        return [] if found.is_result else [Refusal("paper_use_result_unlisted", "code", params | {"result": body.code})]
    named = params | {"component": body.code}
    if not found.is_listed:
        return [Refusal("paper_use_component_unlisted", "code", named)]
    return [Refusal("paper_use_component_shown", "code", named)] if found.is_shown else []


async def end_line(
    connection: AsyncConnection, actor: Actor, table: queries.PaperList, line_id: int, body: EndPaperLine, *,
    now: dt.datetime,
) -> Any:  # fmt: skip
    """Let a line end, today or later; what it said before stays known. Returns the line.

    Raises `Conflict` for a card that the law forbids to keep (TT 01/2023/TT-VPCP): a line of the shipped list.
    """
    await writes.one_list_at_a_time(connection)
    row = await queries.paper_line(connection, table, line_id)
    if row is None:
        raise NotFound(Refusal("paper_line_unknown"))
    if table == "paper_kind" and row.presented_only and row.code in _only_shown():
        raise Conflict(Refusal("paper_kind_only_shown", "valid_to"))
    faults = []
    if body.valid_to < local_date(now) or (row.valid_to is not None and row.valid_to < body.valid_to):
        faults.append(Refusal("paper_line_ends", "valid_to"))
    if body.valid_to <= row.valid_from:
        faults.append(Refusal("paper_line_reversed", "valid_to"))
    refuse_all(InvalidInput, faults)
    await writes.end_line(connection, table, line_id, body.valid_to)
    data_ = {"valid_to": body.valid_to.isoformat()}
    await _audit(connection, actor, f"{table}_ended", f"{table}:{line_id}", data_, now)
    return await queries.paper_line(connection, table, line_id)


def _only_shown() -> frozenset[str]:
    """Return the kinds that are shown and never kept by law; no list of a province changes that."""
    rows = data.rows("code_lists/paper_kinds.csv")
    return frozenset(row["code"] for row in rows if row["presented_only"] == "true")


def _recorded(valid_from: dt.date, valid_to: dt.date | None, actor: Actor | None, now: dt.datetime) -> dict[str, Any]:
    return {
        "valid_from": valid_from,
        "valid_to": valid_to,
        "recorded_at": now,
        "recorded_by": None if actor is None else actor.account_id,
    }


def _faults_of_days(valid_from: dt.date, valid_to: dt.date | None, now: dt.datetime) -> list[Refusal]:
    faults = []
    if valid_from < local_date(now):
        faults.append(Refusal("paper_line_in_past", "valid_from"))
    if valid_to is not None and valid_to <= valid_from:
        faults.append(Refusal("paper_line_reversed", "valid_to"))
    return faults


async def _refuse_overlap(
    connection: AsyncConnection,
    table: queries.PaperList,
    key: Mapping[str, str],
    valid_from: dt.date,
    valid_to: dt.date | None,
) -> None:
    other = await queries.overlapping_line(connection, table, key, valid_from, valid_to)
    if other is not None:
        raise Conflict(Refusal("paper_line_overlaps", "valid_from", {"line": other.id}))


async def _audit(
    connection: AsyncConnection, actor: Actor, action: str, subject: str, data_: dict[str, Any], now: dt.datetime
) -> None:
    await write_audit_entry(connection, at=now, account_id=actor.account_id, action=action, subject=subject, data=data_)
