"""A result is drafted, submitted for signature, taken back, discarded.

Drafting has three steps, so that no file is read, printed or judged while a transaction is open: what is asked for is
checked (`ground_of_draft`), its bytes are made or judged (`make_draft`), the row is written (`write_draft`).
"""

import asyncio
import datetime as dt
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from app.core.clock import LOCAL_ZONE, local_date
from app.domain.errors import ActionRefused, InvalidInput, Refusal, refuse_all
from app.domain.lifecycle import EventType
from app.domain.permissions import Actor, Permission
from app.domain.search_text import fold
from app.services.documents.contents import Content, put_content, read_bytes, record_content
from app.services.dossiers.code_lists import entries
from app.services.dossiers.queries import assignee_id
from app.services.dossiers.recording.record import record_event, seen_dossier
from app.services.forms.issued_papers import new_token, verify_address
from app.services.forms.render import render
from app.services.ports import BlobStore, FoundSignature, SignatureReport, Signer, SigningFailed
from app.services.procedures.content import version_content
from app.services.results import queries, writes
from app.services.results.access import require_competent, require_open, result_in_hand, seen_result
from app.services.results.inputs import DraftResult, ReplaceResult
from app.services.results.printed import printed_content
from app.services.results.sign import keep_signed

PDF = "application/pdf"
_COMMITTEE = fold("Ủy ban nhân dân")
FORM = "result"
"""The template of results that the house prints."""


@dataclass(frozen=True, slots=True)
class DraftGround:
    """What a draft was found to rest on before its bytes are made."""

    code: str
    body: DraftResult
    result_type: str | None
    content: Mapping[str, Any] | None
    token: str
    agency: str
    replaces_id: int | None = None


@dataclass(frozen=True, slots=True)
class MadeDraft:
    """A draft whose bytes lie in the store; `signatures` of one that came signed."""

    ground: DraftGround
    stored: Content
    signatures: tuple[FoundSignature, ...]


async def ground_of_draft(
    connection: AsyncConnection,
    actor: Actor,
    code: str,
    body: DraftResult,
    *,
    replaces_id: int | None = None,
    public_base_url: str,
    now: dt.datetime,
) -> DraftGround:
    """Check what is asked for. Raises `NotFound`, `Forbidden`, `ActionRefused`, `InvalidInput` with every fault."""
    dossier = await seen_dossier(connection, actor, code, Permission.RESULTS_PREPARE)
    require_competent(actor, Permission.RESULTS_PREPARE, dossier)
    if body.already_signed:
        # No certificate says that its holder may decide for this unit; who may sign here answers for it.
        require_competent(actor, Permission.RESULTS_SIGN, dossier)
    require_open(dossier)
    procedure = await version_content(connection, dossier.procedure_version_id)
    known = [found.code for found in procedure.result_types if found.code]
    faults = _shape_faults(body)
    if body.result_type is not None and known and body.result_type not in known:
        faults.append(Refusal("result_type_unknown", "result_type", {"result_type": body.result_type}))
    if body.content_sha256 is not None:
        held = await queries.held_content(connection, dossier.id, body.content_sha256)
        if held is None:
            faults.append(Refusal("content_not_of_dossier", "content_sha256"))
        elif held.media_type != PDF:
            faults.append(Refusal("result_not_pdf", "content_sha256"))
        elif held.digitized:
            faults.append(Refusal("result_is_digitized_copy", "content_sha256"))
        elif await queries.issued_elsewhere(connection, dossier.id, body.content_sha256):
            faults.append(Refusal("content_of_another_result", "content_sha256"))
    if isinstance(body, ReplaceResult) and body.reason_code not in entries("result_correction_reasons"):
        faults.append(_unknown_code("result_correction_reasons", body.reason_code))
    refuse_all(InvalidInput, faults)
    token = new_token()
    content = None
    if body.text is not None:
        content = await printed_content(
            connection, dossier, body, verify_address=verify_address(public_base_url, token), now=now
        )
    only_kind = known[0] if len(known) == 1 else None
    return DraftGround(
        dossier.code, body, body.result_type or only_kind, content, token, dossier.competent_name, replaces_id
    )


async def make_draft(storage: BlobStore, signer: Signer, ground: DraftGround, *, now: dt.datetime) -> MadeDraft:
    """Print the draft, or judge the signatures of the PDF that was uploaded.

    Raises `InvalidInput`: `signature_broken`, `signature_untrusted`, `signature_missing` where it should be signed
    (also `personal_signature_missing`, `unit_signature_missing`), `pdf_unreadable`.
    """
    if ground.content is not None:
        pdf = await asyncio.to_thread(render, FORM, ground.content, at=now)
        return MadeDraft(ground, await put_content(storage, pdf, media_type=PDF), ())
    sha256 = ground.body.content_sha256 or ""
    pdf = await read_bytes(storage, sha256)
    try:
        report = await signer.validate_pdf(pdf, at=now)
    except SigningFailed as error:
        raise InvalidInput(Refusal(error.code, "content_sha256")) from error
    refuse_all(InvalidInput, signature_faults(report, must_be_signed=ground.body.already_signed))
    if ground.body.already_signed:
        refuse_all(InvalidInput, lacking_signatures(report, agency=ground.agency))
    return MadeDraft(ground, Content(sha256=sha256, size_bytes=len(pdf), media_type=PDF), report.signatures)


async def write_draft(connection: AsyncConnection, actor: Actor, made: MadeDraft, *, now: dt.datetime) -> Any:
    """Write the draft (signed at once if it came signed) and return it as `seen_result` does."""
    ground, body = made.ground, made.ground.body
    dossier = await seen_dossier(connection, actor, ground.code, Permission.RESULTS_PREPARE, lock=True)
    require_open(dossier)
    if ground.replaces_id is not None:
        await _require_replaceable(connection, ground.replaces_id)
    await _require_free_number(connection, dossier, body.number, replaces_id=ground.replaces_id, now=now)
    await record_content(connection, made.stored, now=now)
    result_id = await writes.insert_draft(
        connection,
        {
            "dossier_id": dossier.id,
            "unit_id": dossier.competent_unit_id,
            "number": body.number,
            "title": body.title,
            "result_type": ground.result_type,
            "legal_basis": body.legal_basis,
            "effective_from": body.effective_from,
            "effective_to": body.effective_to,
            "token": ground.token,
            "content": ground.content,
            "draft_sha256": made.stored.sha256,
            "replaces_id": ground.replaces_id,
            "reason_code": body.reason_code if isinstance(body, ReplaceResult) else None,
            "drafted_by": actor.account_id,
        },
        now=now,
    )
    if body.already_signed:
        await keep_signed(
            connection,
            actor,
            dossier,
            result_id,
            number=body.number,
            stored=made.stored,
            found=made.signatures,
            now=now,
        )
    return await seen_result(connection, actor, result_id)


async def submit(
    connection: AsyncConnection, actor: Actor, result_id: int, *, signer: str | None, now: dt.datetime
) -> Any:
    """Put a draft into the queue of signatures; return the result. Raises also `InvalidInput` (signer_unknown)."""
    dossier, result = await result_in_hand(
        connection, actor, result_id, Permission.RESULTS_PREPARE, statuses=("draft",)
    )
    require_open(dossier)
    signer_id = None
    if signer is not None:
        signer_id = await assignee_id(connection, username=signer, path=dossier.competent_path)
        if signer_id is None:
            raise InvalidInput(Refusal("signer_unknown", "signer"))
    await writes.set_status(connection, result_id, "submitted")
    request_id = await writes.insert_request(
        connection, result, signer_id=signer_id, account_id=actor.account_id, now=now
    )
    await record_event(
        connection,
        actor,
        dossier,
        EventType.SUBMITTED_FOR_SIGNATURE,
        now=now,
        data={"result_id": result_id, "number": result.number, "request_id": request_id},
        at_competent_unit=True,
    )
    return await seen_result(connection, actor, result_id)


async def take_back(
    connection: AsyncConnection, actor: Actor, result_id: int, *, reason: str | None = None, now: dt.datetime
) -> Any:
    """Take a submitted draft out of the queue; it is a draft again."""
    await result_in_hand(connection, actor, result_id, Permission.RESULTS_PREPARE, statuses=("submitted",))
    request = await queries.open_request(connection, result_id)
    await writes.decide_request(
        connection, request.id, "withdrawn", account_id=actor.account_id, reason=reason, now=now
    )
    await writes.set_status(connection, result_id, "draft")
    return await seen_result(connection, actor, result_id)


async def discard(connection: AsyncConnection, actor: Actor, result_id: int, *, reason: str | None = None) -> Any:
    """Put a draft away for good; nobody but the staff in scope ever saw it."""
    await result_in_hand(connection, actor, result_id, Permission.RESULTS_PREPARE, statuses=("draft",))
    await writes.discard(connection, result_id, reason=reason)
    return await seen_result(connection, actor, result_id)


def signature_faults(report: SignatureReport, *, must_be_signed: bool) -> list[Refusal]:
    """Return why the signatures of an uploaded PDF cannot stand: broken, or by an authority not trusted here."""
    if not report.signatures:
        return [Refusal("signature_missing", "content_sha256")] if must_be_signed else []
    if not report.intact:
        return [Refusal("signature_broken", "content_sha256", {"verdict": verdict_of(report)})]
    verdict = verdict_of(report)
    return [
        Refusal(
            found.fault,
            "content_sha256",
            {"verdict": verdict, "signer": found.signer, "issuer": found.issuer, "since": _day(found.revoked_at)},
        )
        for found in report.signatures
        if found.fault is not None
    ]


def lacking_signatures(report: SignatureReport, *, agency: str) -> list[Refusal]:
    """Return which of the two signatures of a result is lacking: a person's own, the agency's beside it.

    A certificate may say whose it is. Of one that does not, an agency's is known by its name (`agency`, its people's
    committee, or a holder named as its own organization); beside a person's stands one by another certificate.
    """
    names = {fold(agency), f"{_COMMITTEE} {fold(agency)}"}
    holders = {(found.issuer, found.serial): _holder(found, names) for found in report.signatures}
    units, unsaid = (sum(holder == kind for holder in holders.values()) for kind in ("unit", None))
    if units == len(holders):
        return [Refusal("personal_signature_missing", "content_sha256")]
    if not units and (not unsaid or len(holders) == 1):
        return [Refusal("unit_signature_missing", "content_sha256")]
    return []


def _holder(found: FoundSignature, names: Collection[str]) -> str | None:
    """Return whose signature it is; None where neither certificate nor name tells."""
    name = fold(found.signer)
    if found.holder is None and (
        name in names or (found.organization is not None and name == fold(found.organization))
    ):
        return "unit"
    return found.holder


def verdict_of(report: SignatureReport) -> str:
    """Return the one-word judgement that people read: NONE, BROKEN, INTACT: and REVOKED, UNTRUSTED or TRUSTED."""
    if not report.signatures:
        return "NONE"
    if not report.intact:
        return "BROKEN"
    if any(found.revocation == "revoked" for found in report.signatures):
        return "INTACT:REVOKED"
    return "INTACT:TRUSTED" if report.trusted else "INTACT:UNTRUSTED"


def _day(at: dt.datetime | None) -> str | None:
    return None if at is None else local_date(at).strftime("%d/%m/%Y")


async def _require_replaceable(connection: AsyncConnection, result_id: int) -> None:
    before = await queries.lock_result(connection, result_id)
    if before.status != "published":
        params = {"status": before.status, "expected": "published"}
        raise ActionRefused(Refusal("result_not_possible_now", params=params))
    seen = await queries.one_result(connection, result_id)
    if seen.replaced_by_id is not None:
        raise ActionRefused(Refusal("result_replacement_under_way", params={"result": seen.replaced_by_id}))


async def _require_free_number(
    connection: AsyncConnection, dossier: Any, number: str, *, replaces_id: int | None, now: dt.datetime
) -> None:
    """Raise `InvalidInput` (result_number_taken) for a number that the unit gave to another result this year."""
    await writes.one_number_at_a_time(connection, dossier.competent_unit_id)
    year = local_date(now).year
    taken = await queries.number_is_taken(
        connection,
        unit_id=dossier.competent_unit_id,
        number=number,
        year_begins=dt.datetime(year, 1, 1, tzinfo=LOCAL_ZONE),
        dossier_id=dossier.id,
        replaces_id=replaces_id,
    )
    if taken:
        raise InvalidInput(Refusal("result_number_taken", "number", {"number": number, "year": year}))


def _shape_faults(body: DraftResult) -> list[Refusal]:
    faults = []
    if (body.content_sha256 is None) is (body.text is None):
        faults.append(Refusal("result_content_one", "content_sha256"))
    if body.already_signed and body.content_sha256 is None:
        faults.append(Refusal("signature_missing", "content_sha256"))
    if body.effective_to is not None and (body.effective_from is None or body.effective_to < body.effective_from):
        faults.append(Refusal("effective_reversed", "effective_to"))
    return faults


def _unknown_code(name: str, given: str) -> Refusal:
    params = {"given": given, "list": name, "expected": ", ".join(entries(name))}
    return Refusal("code_unknown", "reason_code", params)
