"""Writing the catalogue by hand: a new procedure, a draft, its changes, its publication, a replacement."""

import datetime as dt
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from app.core.clock import local_date
from app.core.db import from_json
from app.domain.errors import Conflict, InvalidInput, NotFound, Refusal, refuse_all
from app.domain.identifiers import normalize_procedure_code
from app.domain.permissions import Actor
from app.services.audit.queries import write_audit_entry
from app.services.procedures import queries, writes
from app.services.procedures.browse import known_form, unknown, unknown_version
from app.services.procedures.checks import draft_faults, publication_faults
from app.services.procedures.entries import Standing, content_of_document, entry_row, replacement_faults
from app.services.procedures.inputs import CatalogueEntry, ProcedureInput, ReplacementInput, VersionInput


async def create_procedure(
    connection: AsyncConnection, given: ProcedureInput, *, actor: Actor, now: dt.datetime
) -> str:
    """Enter a procedure with its first draft; return the draft's document.

    InvalidInput: `procedure_code_malformed` and the faults of `draft_faults`. Conflict `procedure_exists`.
    """
    faults = _in_content(draft_faults(given.content))
    try:
        code = normalize_procedure_code(given.code)
    except InvalidInput:
        raise InvalidInput(Refusal("procedure_code_malformed", "code"), *faults) from None
    refuse_all(InvalidInput, faults)
    await writes.lock_catalogue(connection)
    if await queries.entries(connection, [code]):
        raise Conflict(Refusal("procedure_exists", "code", {"code": code}))
    entry = given.model_dump(mode="json", include=set(CatalogueEntry.model_fields))
    row = entry_row(code, entry, name=given.content.name, replaced_by=None)
    ids = await writes.insert_procedures(connection, [row])
    await writes.insert_drafts(connection, [{**given.content.canonical(), "procedure_id": ids[code], "version": 1}])
    await _audit(connection, "procedure.create", code, {"version": 1}, actor=actor, now=now)
    return await draft_document(connection, code, today=local_date(now))


async def create_draft(
    connection: AsyncConnection, code: str, content: VersionInput, *, actor: Actor, now: dt.datetime
) -> str:
    """Begin the next version of a procedure; return its document.

    NotFound `procedure_unknown`. Conflict `draft_exists`: there is one already. InvalidInput: see `draft_faults`.
    """
    refuse_all(InvalidInput, draft_faults(content))
    await writes.lock_catalogue(connection)
    standing = await _standing(connection, code)
    open_draft = await queries.open_draft(connection, standing.code)
    if open_draft is not None:
        raise Conflict(Refusal("draft_exists", params={"version": open_draft}))
    number = standing.last_version + 1
    await writes.insert_drafts(
        connection, [{**content.canonical(), "procedure_id": standing.procedure_id, "version": number}]
    )
    await _audit(connection, "procedure.draft", standing.code, {"version": number}, actor=actor, now=now)
    return await draft_document(connection, standing.code, today=local_date(now))


async def change_draft(
    connection: AsyncConnection, code: str, number: int, content: VersionInput, *, actor: Actor, now: dt.datetime
) -> str:
    """Give a draft another content; return its document.

    NotFound `procedure_version_unknown`. Conflict `version_published`. InvalidInput: see `draft_faults`.
    """
    refuse_all(InvalidInput, draft_faults(content))
    await writes.lock_catalogue(connection)
    draft = await _draft(connection, code, number, now=now)
    await writes.rewrite_draft(connection, draft.id, content.canonical())
    await _audit(connection, "procedure.change", known_form(code), {"version": number}, actor=actor, now=now)
    return await _document(connection, code, number, now=now)


async def publish(connection: AsyncConnection, code: str, number: int, *, actor: Actor, now: dt.datetime) -> str:
    """Publish a draft; what was published before ends where this one begins. Return the document.

    NotFound `procedure_version_unknown`. Conflict `version_published`. InvalidInput: see `publication_faults`, and
    `valid_from_before_previous`.
    """
    await writes.lock_catalogue(connection)
    draft = await _draft(connection, code, number, now=now)
    standing = await _standing(connection, code)
    content = content_of_document(from_json(draft.document))
    faults = publication_faults(VersionInput.model_validate(content))
    if standing.valid_from is not None and draft.valid_from < standing.valid_from:
        params = {"valid_from": standing.valid_from.isoformat()}
        faults.append(Refusal("valid_from_before_previous", "valid_from", params))
    refuse_all(InvalidInput, faults)
    await writes.publish_drafts(connection, [draft.id], now=now)
    row = entry_row(standing.code, standing.entry, name=content["name"], replaced_by=standing.replaced_by)
    await writes.update_procedures(connection, [row])
    await _audit(connection, "procedure.publish", standing.code, {"version": number}, actor=actor, now=now)
    return await _document(connection, code, number, now=now)


async def replace_procedure(
    connection: AsyncConnection, code: str, given: ReplacementInput, *, actor: Actor, now: dt.datetime
) -> str:
    """Name the procedure that stands in for this one; return the document of this one.

    NotFound `procedure_unknown`. InvalidInput: `procedure_code_malformed`, `replacement_unknown`,
    `replacement_circular`.
    """
    await writes.lock_catalogue(connection)
    standing = await _standing(connection, code)
    replaced_by = normalize_procedure_code(given.code)
    known = await queries.replacements(connection)
    refuse_all(InvalidInput, replacement_faults(standing.code, replaced_by, known, field="code"))
    today = local_date(now)
    from_date = given.from_date or today
    await writes.set_replaced_by(connection, standing.code, replaced_by=replaced_by, from_date=from_date)
    data = {"replaced_by": replaced_by, "from_date": from_date.isoformat()}
    await _audit(connection, "procedure.replace", standing.code, data, actor=actor, now=now)
    document = await queries.shown_version(connection, standing.code, day=today)
    return document or await draft_document(connection, standing.code, today=today)


async def draft_document(connection: AsyncConnection, code: str, *, today: dt.date) -> str:
    """Return the open draft of a procedure. NotFound `procedure_unknown`, `draft_unknown`."""
    number = await queries.open_draft(connection, known_form(code))
    row = None if number is None else await queries.version(connection, known_form(code), number, today)
    if row is None:
        raise NotFound(Refusal("draft_unknown", "code", {"code": known_form(code)}))
    return str(row.document)


async def _standing(connection: AsyncConnection, code: str) -> Standing:
    rows = await queries.entries(connection, [known_form(code)])
    if not rows:
        raise unknown(code)
    return Standing.of(rows[0])


async def _draft(connection: AsyncConnection, code: str, number: int, *, now: dt.datetime) -> Any:
    row = await queries.version(connection, known_form(code), number, local_date(now))
    if row is None:
        raise unknown_version(number)
    if row.status != "draft":
        raise Conflict(Refusal("version_published", params={"version": number}))
    return row


async def _document(connection: AsyncConnection, code: str, number: int, *, now: dt.datetime) -> str:
    row: Any = await queries.version(connection, known_form(code), number, local_date(now))
    return str(row.document)


def _in_content(faults: list[Refusal]) -> list[Refusal]:
    return [Refusal(fault.code, f"content.{fault.field}", fault.params) for fault in faults]


async def _audit(
    connection: AsyncConnection, action: str, code: str, data: dict[str, Any], *, actor: Actor, now: dt.datetime
) -> None:
    await write_audit_entry(connection, at=now, account_id=actor.account_id, action=action, subject=code, data=data)
