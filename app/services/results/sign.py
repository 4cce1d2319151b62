"""The queue of signatures: seen with how long each waits, signed many at once, declined.

Signing has three steps, so that nothing is read, computed or asked of a time stamp authority while a transaction is
open: the requests are looked at (`requests_in_hand`), their bytes are signed (`sign_all`), and each is written under
the dossier's lock in a savepoint of its own if it is still as it was looked at (`write_signed`). Of two leaders who
sign the same request one is first; what the other's signature made is an orphan that the collector removes.
"""

import asyncio
import datetime as dt
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from app.core.db import transaction
from app.domain.documents import DocumentKind
from app.domain.errors import ActionRefused, DomainError, Forbidden, NotFound, Refusal
from app.domain.lifecycle import DossierState, EventType
from app.domain.permissions import Actor, Permission
from app.services.deadlines.compiled import calendar_at
from app.services.documents.add import NewDocument, add_document
from app.services.documents.contents import Content, put_content, read_bytes, record_content
from app.services.dossiers.access import may_see
from app.services.dossiers.recording.queries import dossier_by_id, dossier_id_of
from app.services.dossiers.recording.record import record_event
from app.services.forms.issued_papers import verify_address
from app.services.identity.scope import scope_parameters
from app.services.ports import BlobStore, FoundSignature, SignatureBox, Signer, SigningFailed, SigningIdentity
from app.services.results import queries, writes
from app.services.results.access import open_faults, require_open
from app.services.results.printed import agency_name

PDF = "application/pdf"
_TOGETHER = 4
"""So many are signed side by side: what waits for a store or a time stamp lets others compute."""
_NOT_KEPT = ("intact", "fault", "holder")
"""Of a signature that is kept these are known."""
# Both in the upper margin of the first page: the agency at the outer right, the person beside it.
_UNIT_BOX = SignatureBox(right=14, top=6, width=200, height=34)
# What was uploaded shows no address of its own: the agency's stamp bears it, as a QR code and in letters. It ends 16.6
# mm below the edge: above the accents of a first line that begins at 20 mm (NĐ 30/2020/NĐ-CP, annex I).
_UNIT_BOX_WITH_ADDRESS = SignatureBox(right=14, top=2, width=200, height=45)
_PERSON_BOX = SignatureBox(right=222, top=6, width=200, height=34)


@dataclass(frozen=True, slots=True)
class WaitingResult:
    """A request of the queue with how long it has waited in working minutes of its unit."""

    row: Any
    waited_minutes: int


@dataclass(frozen=True, slots=True)
class SignedBytes:
    """What became of one request's bytes: signed and stored, or the reason why not."""

    request_id: int
    row: Any
    stored: Content | None
    found: tuple[FoundSignature, ...]
    refusals: tuple[Refusal, ...] = ()


@dataclass(frozen=True, slots=True)
class SignedItem:
    """The answer for one request of a batch."""

    request_id: int
    dossier_code: str | None
    result_id: int | None
    refusals: tuple[Refusal, ...]


async def queue_of(
    connection: AsyncConnection,
    actor: Actor,
    *,
    unit: str | None,
    after: tuple[dt.datetime, int] | None,
    limit: int,
    now: dt.datetime,
) -> list[WaitingResult]:
    """Return up to `limit` requests that the actor may sign by right or by delegation, the longest waiting first."""
    everything, patterns = scope_parameters(actor, Permission.RESULTS_SIGN)
    rows = await queries.queue_page(
        connection,
        everything=everything,
        patterns=patterns,
        account_id=actor.account_id or 0,
        unit=unit,
        after=after,
        limit=limit,
        now=now,
    )
    found = []
    for row in rows:
        compiled = await calendar_at(connection, row.unit_id, row.calendar_version)
        found.append(WaitingResult(row, compiled.calendar.working_minutes(row.submitted_at, now)))
    return found


async def requests_in_hand(
    connection: AsyncConnection, actor: Actor, ids: Sequence[int], *, now: dt.datetime
) -> list[SignedBytes]:
    """Look at the requests of a batch, each once; those that cannot be signed bear their reasons already."""
    wanted = list(dict.fromkeys(ids))
    rows = {
        row.id: row
        for row in await queries.requests_to_sign(connection, wanted, account_id=actor.account_id or 0, now=now)
    }
    found = []
    for request_id in wanted:
        row = rows.get(request_id)
        if row is None or not (may_see(actor, row.unit_path) or may_sign(actor, row)):
            found.append(SignedBytes(request_id, None, None, (), (Refusal("signature_request_unknown"),)))
        else:
            found.append(SignedBytes(request_id, row, None, (), tuple(_faults(actor, row))))
    return found


async def sign_all(
    storage: BlobStore,
    signer: Signer,
    actor: Actor,
    requests: Sequence[SignedBytes],
    *,
    public_base_url: str,
    now: dt.datetime,
) -> list[SignedBytes]:
    """Put both signatures on the bytes of each request: the person's own, then the unit's seal."""
    free = asyncio.Semaphore(_TOGETHER)

    async def sign(one: SignedBytes) -> SignedBytes:
        if one.refusals:
            return one
        async with free:
            return await _sign_one(storage, signer, actor, one.row, public_base_url=public_base_url, now=now)

    return await asyncio.gather(*(sign(one) for one in requests))


async def write_signed(
    connection: AsyncConnection, actor: Actor, signed: Sequence[SignedBytes], *, now: dt.datetime
) -> list[SignedItem]:
    """Write each signature in a savepoint of its own; one that is refused leaves nothing and spoils no other."""
    # Rows of dossiers are locked in one order, so that two batches never wait for each other in a ring.
    in_order = sorted(signed, key=lambda one: (0 if one.row is None else one.row.dossier_id, one.request_id))
    written = {one.request_id: await _write_one(connection, actor, one, now=now) for one in in_order}
    return [written[one.request_id] for one in signed]


async def decline(connection: AsyncConnection, actor: Actor, request_id: int, *, reason: str, now: dt.datetime) -> Any:
    """Send a result back to whoever submitted it, with the reason; it is a draft again. Returns the request's row."""
    (one,) = await requests_in_hand(connection, actor, [request_id], now=now)
    if one.row is None:
        raise NotFound(*one.refusals)
    if not may_sign(actor, one.row):
        raise Forbidden(Refusal("signing_not_allowed"))
    dossier, request = await _locked(connection, one.row)
    if request.state != "waiting":
        raise ActionRefused(Refusal("signature_not_waiting", params={"state": request.state}))
    await writes.decide_request(
        connection,
        request_id,
        "declined",
        account_id=actor.account_id,
        delegation_id=_delegation(actor, one.row),
        reason=reason,
        now=now,
    )
    await writes.set_status(connection, request.result_id, "draft")
    await record_event(
        connection,
        actor,
        dossier,
        EventType.SIGNATURE_DECLINED,
        now=now,
        data={"result_id": request.result_id, "number": one.row.number, "request_id": request_id},
        at_competent_unit=True,
    )
    return one.row


async def keep_signed(
    connection: AsyncConnection,
    actor: Actor,
    dossier: Any,
    result_id: int,
    *,
    number: str,
    stored: Content,
    found: Sequence[FoundSignature],
    now: dt.datetime,
    request_id: int | None = None,
    delegation_id: int | None = None,
) -> None:
    """Make the signed PDF a document of the dossier and the result signed; the caller holds the dossier's lock."""
    await record_content(connection, stored, now=now)
    document = await add_document(
        connection,
        actor,
        dossier,
        NewDocument(kind=DocumentKind.RESULT, name=f"{file_name(number)}.pdf", content_sha256=stored.sha256),
        now=now,
    )
    signatures = [{name: value for name, value in asdict(one).items() if name not in _NOT_KEPT} for one in found]
    await writes.mark_signed(
        connection, result_id, sha256=stored.sha256, document_id=document.id, signatures=signatures, now=now
    )
    data = {
        "result_id": result_id,
        "number": number,
        "request_id": request_id,
        "content_sha256": stored.sha256,
        "signatures": len(signatures),
        "delegation_id": delegation_id,
    }
    await record_event(connection, actor, dossier, EventType.SIGNED, now=now, data=data, at_competent_unit=True)


def file_name(number: str) -> str:
    """Return a result's number as part of a file's name: one segment, nothing that a system reads as a path."""
    return "".join(letter if letter.isalnum() or letter in "-_. " else "-" for letter in number)


def may_sign(actor: Actor, row: Any) -> bool:
    """Tell whether the actor signs in the unit of the request, by right or by a delegation that stands now."""
    return actor.scope(Permission.RESULTS_SIGN).covers(row.unit_path) or row.delegation_id is not None


def _delegation(actor: Actor, row: Any) -> int | None:
    return None if actor.scope(Permission.RESULTS_SIGN).covers(row.unit_path) else row.delegation_id


def _faults(actor: Actor, row: Any) -> list[Refusal]:
    faults = []
    if not may_sign(actor, row) or actor.kind != "staff":
        faults.append(Refusal("signing_not_allowed"))
    if row.state != "waiting":
        faults.append(Refusal("signature_not_waiting", params={"state": row.state}))
    else:
        faults += open_faults(DossierState(row.dossier_state))
    return faults


async def _sign_one(
    storage: BlobStore, signer: Signer, actor: Actor, row: Any, *, public_base_url: str, now: dt.datetime
) -> SignedBytes:
    box = _UNIT_BOX
    if row.uploaded:
        box = replace(_UNIT_BOX_WITH_ADDRESS, address=verify_address(public_base_url, row.token))
    person = SigningIdentity("person", row.username, row.display_name)
    unit = SigningIdentity("unit", row.unit_code, agency_name(row.unit_level, row.unit_name))
    reason = "Ký thay theo ủy quyền" if _delegation(actor, row) is not None else "Ký duyệt"
    try:
        pdf = await read_bytes(storage, row.content_sha256)
        pdf = await signer.sign_pdf(pdf, identity=person, at=now, reason=reason, place=row.unit_name, box=_PERSON_BOX)
        pdf = await signer.sign_pdf(pdf, identity=unit, at=now, reason="Phát hành", place=row.unit_name, box=box)
        report = await signer.validate_pdf(pdf, at=now)
        if not report.trusted:
            # A signature that we ourselves would refuse must not leave the house.
            revoked = any(found.revocation == "revoked" for found in report.signatures)
            code = "signing_certificate_revoked" if revoked else "signature_untrusted_here"
            return SignedBytes(row.id, row, None, (), (Refusal(code),))
        stored = await put_content(storage, pdf, media_type=PDF)
    except SigningFailed as error:
        return SignedBytes(row.id, row, None, (), (Refusal(error.code),))
    except DomainError as error:
        return SignedBytes(row.id, row, None, (), error.refusals)
    return SignedBytes(row.id, row, stored, report.signatures)


async def _write_one(connection: AsyncConnection, actor: Actor, one: SignedBytes, *, now: dt.datetime) -> SignedItem:
    if one.refusals or one.stored is None:
        return _item(one, one.refusals)
    try:
        async with transaction(connection):
            await _write_signature(connection, actor, one, one.stored, now=now)
    except DomainError as error:
        return _item(one, error.refusals)
    return _item(one, ())


async def _write_signature(
    connection: AsyncConnection, actor: Actor, one: SignedBytes, stored: Content, *, now: dt.datetime
) -> None:
    dossier, request = await _locked(connection, one.row)
    if request.state != "waiting":
        raise ActionRefused(Refusal("signature_not_waiting", params={"state": request.state}))
    require_open(dossier)
    delegation_id = _delegation(actor, one.row)
    if delegation_id is not None and not await queries.delegation_stands(
        connection, delegation_id, unit_id=request.unit_id, now=now
    ):
        raise ActionRefused(Refusal("delegation_over"))
    await writes.decide_request(
        connection, request.id, "signed", account_id=actor.account_id, delegation_id=delegation_id, now=now
    )
    await keep_signed(
        connection,
        actor,
        dossier,
        request.result_id,
        number=one.row.number,
        stored=stored,
        found=one.found,
        request_id=request.id,
        delegation_id=delegation_id,
        now=now,
    )


async def _locked(connection: AsyncConnection, row: Any) -> tuple[Any, Any]:
    await dossier_id_of(connection, row.dossier_code, lock=True)
    return await dossier_by_id(connection, row.dossier_id), await queries.lock_request(connection, row.id)


def _item(one: SignedBytes, refusals: tuple[Refusal, ...]) -> SignedItem:
    row = one.row
    return SignedItem(
        one.request_id, None if row is None else row.dossier_code, None if row is None else row.result_id, refusals
    )
