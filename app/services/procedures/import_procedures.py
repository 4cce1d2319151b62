"""Importing procedures: every row judged by itself, all faults reported, what is right written in a few statements."""

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from pydantic import ValidationError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from app.core.clock import local_date
from app.domain.errors import InvalidInput, Refusal
from app.domain.identifiers import normalize_procedure_code
from app.services.procedures import queries, writes
from app.services.procedures.checks import publication_faults
from app.services.procedures.entries import (
    ENTRY_FIELDS,
    Standing,
    entry_row,
    replacement_faults,
    same_content,
)
from app.services.procedures.import_report import ImportReport, ImportRow, RowOutcome, RowReport
from app.services.procedures.inputs import CatalogueEntry, VersionInput
from app.services.procedures.shipped import shipped_rows


@dataclass(frozen=True, slots=True, kw_only=True)
class _Plan:
    """What a sound row comes to."""

    report: RowReport
    entry: dict[str, Any]
    content: dict[str, Any]
    standing: Standing | None
    newly_replaced_by: str | None


async def load_shipped_catalogue(
    session: AsyncSession, *, now: dt.datetime, valid_from: dt.date | None = None
) -> ImportReport:
    """Publish the procedures of `app.data` that are not published as they stand there; a second call changes nothing.

    `valid_from` replaces the date of the files, for a year to replay that lies before it.
    """
    return await import_procedures(session, shipped_rows(valid_from=valid_from), now=now, dry_run=False)


async def import_procedures(
    session: AsyncSession, rows: Iterable[ImportRow], *, now: dt.datetime, dry_run: bool
) -> ImportReport:
    """Create and change procedures as `rows` say and publish what is new; a dry run only reports.

    A row with faults is refused whole and does not hinder the others. A changed content becomes a new version from the
    row's `valid_from` on if that lies after the present version's, else from today on.
    """
    connection = await session.connection()
    await writes.lock_catalogue(connection)
    listed = [_with_national_code(row) for row in rows]
    known = await queries.replacements(connection)
    standing = {row.code: Standing.of(row) for row in await queries.entries(connection, [row.code for row in listed])}
    in_file = Counter(row.code for row in listed)
    told = {row.code: row.entry["replaced_by"] for row in listed if "replaced_by" in row.entry}
    known = {**dict.fromkeys(in_file), **known, **told}
    plans = [_plan(row, standing.get(row.code), in_file=in_file, known=known, today=local_date(now)) for row in listed]
    sound = [plan for plan in plans if isinstance(plan, _Plan)]
    if not dry_run:
        await _write(connection, sound, now=now)
    return ImportReport(dry_run=dry_run, rows=tuple(plan.report if isinstance(plan, _Plan) else plan for plan in plans))


def _with_national_code(row: ImportRow) -> ImportRow:
    try:
        return replace(row, code=normalize_procedure_code(row.code))
    except InvalidInput:
        return replace(row, faults=(Refusal("procedure_code_malformed", "code"), *row.faults))


def _plan(
    row: ImportRow,
    standing: Standing | None,
    *,
    in_file: Mapping[str, int],
    known: Mapping[str, str | None],
    today: dt.date,
) -> _Plan | RowReport:
    faults = list(row.faults)
    if in_file[row.code] > 1:
        faults.append(Refusal("import_code_repeated", "code", {"code": row.code}))
    said = dict(row.entry)
    replaced_by = said.pop("replaced_by", standing.replaced_by if standing else None)
    if replaced_by is not None:
        faults += replacement_faults(row.code, replaced_by, known, field="replaced_by")
    entry = _read(CatalogueEntry, {**(standing.entry if standing else {}), **said}, faults)
    before = standing.content if standing else None
    content = _read(VersionInput, {"valid_from": today, **(before or {}), **row.content}, faults)
    if content is not None:
        faults += publication_faults(content)
    if faults or entry is None or content is None:
        return RowReport(row=row.number, code=row.code, outcome=RowOutcome.REFUSED, faults=tuple(faults))
    canonical = content.canonical()
    new_version = before is None or not same_content(before, canonical)
    if new_version and standing is not None and standing.valid_from is not None:
        canonical["valid_from"] = _start(content.valid_from, after=standing.valid_from, today=today).isoformat()
    entry_said = {name: entry.model_dump(mode="json")[name] for name in ENTRY_FIELDS}
    entry_changed = standing is None or (entry_said, replaced_by) != (standing.entry, standing.replaced_by)
    return _Plan(
        report=RowReport(
            row=row.number,
            code=row.code,
            outcome=_outcome(standing, changed=new_version or entry_changed),
            version=(standing.last_version if standing else 0) + 1 if new_version else None,
        ),
        entry=entry_row(row.code, entry_said, name=content.name, replaced_by=replaced_by),
        content=canonical,
        standing=standing,
        newly_replaced_by=replaced_by if standing is not None and replaced_by != standing.replaced_by else None,
    )


def _start(said: dt.date, *, after: dt.date, today: dt.date) -> dt.date:
    return said if said > after else max(today, after)


def _outcome(standing: Standing | None, *, changed: bool) -> RowOutcome:
    if standing is None:
        return RowOutcome.CREATED
    return RowOutcome.CHANGED if changed else RowOutcome.UNCHANGED


def _read(model: type[Any], document: Mapping[str, Any], faults: list[Refusal]) -> Any:
    """Return the model of a document, or None after adding what is wrong with it to `faults`."""
    try:
        return model.model_validate(document)
    except ValidationError as error:
        for item in error.errors(include_url=False, include_input=False):
            path = ".".join(str(part) for part in item["loc"])
            context = {key: value for key, value in item.get("ctx", {}).items() if isinstance(value, (str, int))}
            faults.append(Refusal(item["type"], path or None, context))
        return None


async def _write(connection: AsyncConnection, plans: Sequence[_Plan], *, now: dt.datetime) -> None:
    created = [plan for plan in plans if plan.standing is None]
    changed = [plan for plan in plans if plan.report.outcome is RowOutcome.CHANGED]
    id_of = {plan.report.code: plan.standing.procedure_id for plan in plans if plan.standing is not None}
    if created:
        id_of |= await writes.insert_procedures(connection, [plan.entry for plan in created])
    if changed:
        await writes.update_procedures(connection, [plan.entry for plan in changed])
    drafts = [
        {**plan.content, "procedure_id": id_of[plan.report.code], "version": plan.report.version}
        for plan in plans
        if plan.report.version is not None
    ]
    if drafts:
        await writes.publish_drafts(connection, await writes.insert_drafts(connection, drafts), now=now)
    for plan in changed:
        if plan.newly_replaced_by is not None:
            await writes.set_replaced_by(
                connection, plan.report.code, replaced_by=plan.newly_replaced_by, from_date=local_date(now)
            )
