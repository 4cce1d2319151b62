"""Slips: issued once for an event, numbered, kept with what they print, and given again bit for bit."""

import asyncio
import datetime as dt
from dataclasses import dataclass
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from app.core.clock import local_date
from app.domain.errors import ActionRefused, InvalidInput, NotFound, Refusal, refuse_all
from app.domain.lifecycle import EventType
from app.domain.permissions import Actor, Permission
from app.services.documents.contents import keep_bytes, read_bytes
from app.services.dossiers.recording.record import record_event, seen_dossier
from app.services.forms import queries, writes
from app.services.forms.contents import contents_of, signing_unit
from app.services.forms.control_sheet import control_steps
from app.services.forms.inputs import IssueSlip, VoidSlip
from app.services.forms.issued_papers import change_status, issue_paper, new_token, verify_address
from app.services.forms.numbers import next_number
from app.services.forms.registry import Form, Purpose, all_forms, form_for, form_with_code
from app.services.forms.render import render
from app.services.forms.stamp import Mark, stamped_copy
from app.services.identity.scope import scope_parameters
from app.services.ports import BlobStore

PDF = "application/pdf"
# What a slip may tell of, and who may issue it.
_EVENTS: dict[Purpose, tuple[EventType, ...]] = {
    Purpose.RECEIPT: (EventType.ACCEPTED, EventType.CORRECTED),
    Purpose.SUPPLEMENT_REQUEST: (EventType.SUPPLEMENT_REQUESTED,),
    Purpose.REFUSAL: (EventType.REFUSED,),
    Purpose.APOLOGY: (EventType.EXTENDED,),
    Purpose.STOP: (EventType.STOPPED, EventType.WITHDRAWN),
    # The log up to now: everything but the issue of slips themselves.
    Purpose.CONTROL: tuple(kind for kind in EventType if kind not in (EventType.SLIP_ISSUED, EventType.SLIP_VOIDED)),
}
_PERMISSIONS = {
    Purpose.RECEIPT: Permission.DOSSIERS_SUBMIT,
    Purpose.SUPPLEMENT_REQUEST: Permission.DOSSIERS_SUPPLEMENT,
    Purpose.REFUSAL: Permission.DOSSIERS_RECEIVE,
    Purpose.APOLOGY: Permission.DOSSIERS_PROCESS,
    Purpose.STOP: Permission.DOSSIERS_PROCESS,
    Purpose.CONTROL: Permission.DOSSIERS_SUPPLEMENT,
}


@dataclass(frozen=True, slots=True)
class Printed:
    """The bytes of a slip and how the paper stands."""

    row: Any
    content: bytes


async def issue_slip(
    connection: AsyncConnection,
    storage: BlobStore,
    actor: Actor,
    code: str,
    body: IssueSlip,
    *,
    public_base_url: str,
    now: dt.datetime,
) -> tuple[Any, bool]:
    """Return the slip of the event and whether it was issued now; one that stands is given again as it is.

    Raises `NotFound`, `Forbidden`, `InvalidInput` (form_unknown, form_not_in_force, variant_unknown),
    `ActionRefused` (slip_event_missing, slip_before_acceptance, receipt_void, slip_without_content).
    """
    purpose = _purpose_of(body.form, local_date(now))
    dossier = await seen_dossier(connection, actor, code, _PERMISSIONS[purpose], lock=True)
    facts = await _facts(connection, dossier.id, purpose, body)
    form = _form(body, purpose, local_date(facts.occurred_at))
    variant = body.variant or ""
    last = await queries.last_edition(connection, event_id=facts.event_id, form_code=form.code, variant=variant)
    if last is not None and last.status == "valid":
        return last, False

    token = new_token()
    unit_id = int(signing_unit(form, facts)["id"])
    number = await queries.number_of_valid(connection, event_id=facts.event_id, form_code=form.code)
    if number is None:
        number = await next_number(connection, form, unit_id=unit_id, day=local_date(facts.occurred_at))
    data = contents_of(
        form,
        facts,
        number=number,
        verify_address=verify_address(public_base_url, token),
        public_base_url=public_base_url,
    )
    if purpose is Purpose.RECEIPT:
        data["book_number"] = number.partition("/")[0]
    if purpose is Purpose.CONTROL:
        data["steps"] = control_steps(facts, await queries.events_of(connection, dossier.id, up_to=facts.seq))
    content = await asyncio.to_thread(render, form.code, data, at=now, variant=variant)
    sha256 = await keep_bytes(connection, storage, content, media_type=PDF, now=now)
    paper_id = await issue_paper(
        connection,
        token=token,
        kind="slip",
        dossier_id=dossier.id,
        unit_id=unit_id,
        form_code=form.code,
        number=number,
        content_sha256=sha256,
        issued_by=actor.account_id,
        now=now,
    )
    event = await record_event(
        connection,
        actor,
        dossier,
        EventType.SLIP_ISSUED,
        now=now,
        data={
            "form": form.code,
            "name": form.name,
            "number": number,
            "event": facts.seq,
            "variant": variant,
            "sha256": sha256,
        },
        at_competent_unit=unit_id == dossier.competent_unit_id,
    )
    slip_id = await writes.insert_slip(
        connection,
        paper_id=paper_id,
        dossier_id=dossier.id,
        event_id=facts.event_id,
        receipt_id=facts.receipt["id"] if purpose is Purpose.RECEIPT and facts.receipt else None,
        form_code=form.code,
        variant=variant,
        edition=1 if last is None else last.edition + 1,
        data=data,
        issued_seq=event.seq,
    )
    replaced = [] if last is None else [last]
    if purpose is Purpose.RECEIPT:
        replaced += await queries.void_receipt_slips(connection, dossier.id)
    for old in replaced:
        await _replace(connection, actor, dossier, old, by=paper_id, now=now)
    issued = await queries.slip_by_id(connection, slip_id, everything=True, patterns=[])
    return issued, True


async def slips_of_dossier(connection: AsyncConnection, actor: Actor, code: str) -> list[Any]:
    """Return the slips of a dossier in scope, oldest first."""
    dossier = await seen_dossier(connection, actor, code, Permission.DOSSIERS_READ)
    return list(await queries.slips_of(connection, dossier.id))


async def one_slip(connection: AsyncConnection, actor: Actor, slip_id: int) -> Any:
    """Return a slip of a dossier in scope; raises `NotFound` (slip_unknown)."""
    everything, patterns = scope_parameters(actor, Permission.DOSSIERS_READ)
    row = await queries.slip_by_id(connection, slip_id, everything=everything, patterns=patterns)
    if row is None:
        raise NotFound(Refusal("slip_unknown"))
    return row


async def print_slip(
    connection: AsyncConnection, storage: BlobStore, actor: Actor, slip_id: int, *, now: dt.datetime
) -> Printed:
    """Return the slip's PDF: the very bytes that were issued; of one that no longer stands, the copy that says so."""
    row = await one_slip(connection, actor, slip_id)
    if row.status == "valid":
        return Printed(row, await read_bytes(storage, row.content_sha256))
    content = await stamped_copy(
        connection, storage, row.paper_id, row.content_sha256, Mark.VOID, at=row.status_at, now=now
    )
    return Printed(row, content)


async def void_slip(
    connection: AsyncConnection, actor: Actor, slip_id: int, body: VoidSlip, *, now: dt.datetime
) -> Any:
    """Void a slip that went wrong on paper; the next one asked for is a new edition with a new number.

    What bears the same number in another print, such as the large one, is the same paper and falls with it.

    Raises `NotFound`, `Forbidden`, `ActionRefused` (slip_void_already).
    """
    seen = await one_slip(connection, actor, slip_id)
    dossier = await seen_dossier(connection, actor, seen.dossier_code, Permission.DOSSIERS_CORRECT, lock=True)
    row = await one_slip(connection, actor, slip_id)
    if row.status != "valid":
        raise ActionRefused(Refusal("slip_void_already", params={"number": row.number}))
    for print_ in await queries.prints_of(
        connection, event_id=row.event_id, form_code=row.form_code, number=row.number
    ):
        await change_status(connection, print_.paper_id, status="void", reason=body.reason_code, now=now)
        await _record_void(connection, actor, dossier, print_, reason=body.reason_code, now=now)
    return await one_slip(connection, actor, slip_id)


async def _replace(
    connection: AsyncConnection, actor: Actor, dossier: Any, old: Any, *, by: int, now: dt.datetime
) -> None:
    reason = old.status_reason or "corrected"
    await change_status(connection, old.paper_id, status="replaced", reason=reason, replaced_by=by, now=now)
    if reason == "corrected":
        await _record_void(connection, actor, dossier, old, reason=reason, now=now)


async def _record_void(
    connection: AsyncConnection, actor: Actor, dossier: Any, slip: Any, *, reason: str, now: dt.datetime
) -> None:
    await record_event(
        connection,
        actor,
        dossier,
        EventType.SLIP_VOIDED,
        now=now,
        data={
            "form": slip.form_code,
            "name": form_with_code(slip.form_code).name,
            "number": slip.number,
            "variant": slip.variant,
            "reason_code": reason,
        },
        at_competent_unit=slip.unit_id == dossier.competent_unit_id,
    )


def _purpose_of(wanted: str, today: dt.date) -> Purpose:
    """Return what the form is for; a number is that of the set in force today."""
    named = [form for form in all_forms() if wanted in (form.code, form.purpose.value)]
    purpose = named[0].purpose if named else form_for(wanted, today).purpose
    if purpose not in _EVENTS:
        raise InvalidInput(Refusal("form_is_no_slip", "form", {"form": wanted}))
    return purpose


def _form(body: IssueSlip, purpose: Purpose, day: dt.date) -> Form:
    """Return the form that was in force on the day of the event."""
    form = form_for(purpose.value, day)
    faults = []
    if body.form in {known.code for known in all_forms()} and body.form != form.code:
        faults.append(Refusal("form_not_in_force", "form", {"form": body.form, "day": day.isoformat()}))
    if body.variant and body.variant not in form.variants:
        faults.append(Refusal("variant_unknown", "variant", {"given": body.variant, "form": form.code}))
    refuse_all(InvalidInput, faults)
    return form


async def _facts(connection: AsyncConnection, dossier_id: int, purpose: Purpose, body: IssueSlip) -> Any:
    kinds = [kind.value for kind in _EVENTS[purpose]]
    facts = await queries.slip_facts(connection, dossier_id, event_types=kinds, seq=body.event)
    if facts.event_id is None:
        raise ActionRefused(Refusal("slip_event_missing", "event", {"form": purpose.value}))
    if purpose in (Purpose.RECEIPT, Purpose.CONTROL, Purpose.APOLOGY) and facts.accepted_at is None:
        raise ActionRefused(Refusal("slip_before_acceptance", "form"))
    return facts
