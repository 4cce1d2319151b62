"""Documents of results, of the queue of signatures and of delegations."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from pydantic import BaseModel

from app.api.v1.schemas.dossiers import NoticeOut, local, notice
from app.api.v1.schemas.instants import LocalInstant
from app.core.clock import LOCAL_ZONE
from app.core.db import from_json
from app.domain.errors import Refusal
from app.services.ports import Revocation, SignatureReport
from app.services.results.draft import verdict_of
from app.services.results.sign import SignedItem, WaitingResult

STATUSES = {
    "draft": ("Dự thảo", "Draft"),
    "submitted": ("Chờ ký", "Waiting to be signed"),
    "signed": ("Đã ký", "Signed"),
    "published": ("Đã công bố", "Published"),
    "replaced": ("Đã được thay thế", "Replaced"),
    "revoked": ("Đã thu hồi", "Revoked"),
    "discarded": ("Đã bỏ", "Discarded"),
}


class ResultUnitOut(BaseModel):
    code: str
    name: str


class SignatureOut(BaseModel):
    """A signature as it was judged. `signed_at`: the signer's word; `stamped_at`: a time stamp authority's.

    `revocation`: whether a list in force names its certificate; `unknown` where none speaks of it.
    """

    field: str
    signer: str
    organization: str | None
    issuer: str
    serial: str
    trusted: bool
    signed_at: LocalInstant | None
    stamped_at: LocalInstant | None
    revocation: Revocation
    revoked_at: LocalInstant | None


class SignatureRequestOut(BaseModel):
    """The last time the result was submitted. `reason`: why it was declined."""

    id: int
    state: str
    submitted_at: LocalInstant
    submitted_by: str | None
    signer: str | None
    decided_at: LocalInstant | None
    decided_by: str | None
    reason: str | None


class ResultOut(BaseModel):
    """A result. `document_id`: the signed PDF among the dossier's documents; `token`: behind its QR code."""

    id: int
    dossier_code: str
    unit: ResultUnitOut
    number: str
    title: str
    result_type: str | None
    legal_basis: str
    effective_from: dt.date | None
    effective_to: dt.date | None
    status: str
    vi: str
    en: str
    is_generated: bool
    draft_sha256: str
    signed_sha256: str | None
    document_id: int | None
    token: str | None
    signatures: list[SignatureOut]
    request: SignatureRequestOut | None
    replaces: int | None
    replaced_by: int | None
    reason_code: str | None
    drafted_at: LocalInstant
    signed_at: LocalInstant | None
    published_at: LocalInstant | None
    ended_at: LocalInstant | None
    end_reason_code: str | None
    end_reason: str | None


class ResultListOut(BaseModel):
    items: list[ResultOut]


class QueueItemOut(BaseModel):
    """A result that waits to be signed, and for how many minutes of working time."""

    id: int
    result_id: int
    dossier_code: str
    unit: ResultUnitOut
    number: str
    title: str
    result_type: str | None
    is_replacement: bool
    content_sha256: str
    submitted_at: LocalInstant
    submitted_by: str | None
    signer: str | None
    waited_minutes: int
    due_at: LocalInstant | None


class QueueOut(BaseModel):
    items: list[QueueItemOut]
    next_cursor: str | None


class SignedItemOut(BaseModel):
    """What became of one request of a batch; `refusals` says why it was not signed."""

    id: int
    signed: bool
    dossier_code: str | None
    result_id: int | None
    refusals: list[NoticeOut]


class SignedBatchOut(BaseModel):
    signed: int
    refused: int
    items: list[SignedItemOut]


class DelegationOut(BaseModel):
    id: int
    unit: ResultUnitOut
    delegate: str
    delegate_name: str
    valid_from: LocalInstant
    valid_to: LocalInstant
    reason: str
    granted_by: str
    granted_at: LocalInstant
    revoked_at: LocalInstant | None


class DelegationListOut(BaseModel):
    items: list[DelegationOut]


class SignatureCheckOut(BaseModel):
    """`verdict`: NONE, BROKEN, INTACT:UNTRUSTED or INTACT:TRUSTED."""

    verdict: str
    vi: str
    en: str
    signatures: list[SignatureOut]


class OriginalOut(BaseModel):
    """A result in force that the citizen may fetch."""

    id: int
    number: str
    title: str
    result_type: str | None
    effective_from: dt.date | None
    effective_to: dt.date | None
    published_at: LocalInstant
    sha256: str
    verify_token: str


class OriginalListOut(BaseModel):
    items: list[OriginalOut]


class ResultLinkOut(BaseModel):
    """An address that opens the electronic original until it expires.

    `path`: on this service; `url`: the whole address as citizens reach it; null where no public address is set.
    """

    path: str
    url: str | None
    expires_at: LocalInstant


_VERDICTS = {
    "NONE": ("Không có chữ ký số", "No signature"),
    "BROKEN": ("Không toàn vẹn: tệp đã bị sửa sau khi ký", "Broken: the file was changed after it was signed"),
    "INTACT:REVOKED": (
        "Toàn vẹn nhưng chứng thư số đã bị thu hồi",
        "Intact, but a certificate was revoked",
    ),
    "INTACT:UNTRUSTED": (
        "Toàn vẹn nhưng chưa tin cậy: chứng thư không do tổ chức được tin cậy ở đây cấp",
        "Intact but not trusted: certified by an authority that is not trusted here",
    ),
    "INTACT:TRUSTED": ("Toàn vẹn và tin cậy", "Intact and trusted"),
}


def result_document(row: Any) -> ResultOut:
    vi, en = STATUSES[row.status]
    request = from_json(row.last_request)
    return ResultOut(
        id=row.id,
        dossier_code=row.dossier_code,
        unit=ResultUnitOut(code=row.unit_code, name=row.unit_name),
        number=row.number,
        title=row.title,
        result_type=row.result_type,
        legal_basis=row.legal_basis,
        effective_from=row.effective_from,
        effective_to=row.effective_to,
        status=row.status,
        vi=vi,
        en=en,
        is_generated=row.content is not None,
        draft_sha256=row.draft_sha256,
        signed_sha256=row.signed_sha256,
        document_id=row.document_id,
        token=row.paper_token,
        signatures=[_signature(found) for found in from_json(row.signatures)],
        request=None if request is None else _request(request),
        replaces=row.replaces_id,
        replaced_by=row.replaced_by_id,
        reason_code=row.reason_code,
        drafted_at=row.drafted_at.astimezone(LOCAL_ZONE),
        signed_at=local(row.signed_at),
        published_at=local(row.published_at),
        ended_at=local(row.ended_at),
        end_reason_code=row.end_reason_code,
        end_reason=row.end_reason,
    )


def queue_item(found: WaitingResult) -> QueueItemOut:
    row = found.row
    return QueueItemOut(
        id=row.id,
        result_id=row.result_id,
        dossier_code=row.dossier_code,
        unit=ResultUnitOut(code=row.unit_code, name=row.unit_name),
        number=row.number,
        title=row.title,
        result_type=row.result_type,
        is_replacement=row.replaces_id is not None,
        content_sha256=row.content_sha256,
        submitted_at=row.submitted_at.astimezone(LOCAL_ZONE),
        submitted_by=row.submitted_by,
        signer=row.signer,
        waited_minutes=found.waited_minutes,
        due_at=local(row.current_due_at),
    )


def batch_document(items: Sequence[SignedItem]) -> SignedBatchOut:
    signed = sum(not item.refusals for item in items)
    return SignedBatchOut(
        signed=signed,
        refused=len(items) - signed,
        items=[
            SignedItemOut(
                id=item.request_id,
                signed=not item.refusals,
                dossier_code=item.dossier_code,
                result_id=item.result_id,
                refusals=[_notice(fault) for fault in item.refusals],
            )
            for item in items
        ],
    )


def delegation_document(row: Any) -> DelegationOut:
    return DelegationOut(
        id=row.id,
        unit=ResultUnitOut(code=row.unit_code, name=row.unit_name),
        delegate=row.delegate,
        delegate_name=row.delegate_name,
        valid_from=row.valid_from.astimezone(LOCAL_ZONE),
        valid_to=row.valid_to.astimezone(LOCAL_ZONE),
        reason=row.reason,
        granted_by=row.granted_by_name,
        granted_at=row.granted_at.astimezone(LOCAL_ZONE),
        revoked_at=local(row.revoked_at),
    )


def check_document(report: SignatureReport) -> SignatureCheckOut:
    verdict = verdict_of(report)
    vi, en = _VERDICTS[verdict]
    signatures = [
        SignatureOut(
            field=found.field,
            signer=found.signer,
            organization=found.organization,
            issuer=found.issuer,
            serial=found.serial,
            trusted=found.trusted,
            signed_at=local(found.signed_at),
            stamped_at=local(found.stamped_at),
            revocation=found.revocation,
            revoked_at=local(found.revoked_at),
        )
        for found in report.signatures
    ]
    return SignatureCheckOut(verdict=verdict, vi=vi, en=en, signatures=signatures)


def original_document(row: Any) -> OriginalOut:
    return OriginalOut(
        id=row.id,
        number=row.number,
        title=row.title,
        result_type=row.result_type,
        effective_from=row.effective_from,
        effective_to=row.effective_to,
        published_at=row.published_at.astimezone(LOCAL_ZONE),
        sha256=row.signed_sha256,
        verify_token=row.token,
    )


def _signature(found: dict[str, Any]) -> SignatureOut:
    return SignatureOut(
        **{name: found[name] for name in ("field", "signer", "organization", "issuer", "serial", "trusted")},
        signed_at=_instant(found["signed_at"]),
        stamped_at=_instant(found["stamped_at"]),
        revocation=found.get("revocation", "unknown"),
        revoked_at=_instant(found.get("revoked_at")),
    )


def _request(found: dict[str, Any]) -> SignatureRequestOut:
    return SignatureRequestOut(
        **{name: found[name] for name in ("id", "state", "submitted_by", "signer", "decided_by", "reason")},
        submitted_at=dt.datetime.fromisoformat(found["submitted_at"]).astimezone(LOCAL_ZONE),
        decided_at=_instant(found["decided_at"]),
    )


def _instant(text: str | None) -> dt.datetime | None:
    return None if text is None else dt.datetime.fromisoformat(text).astimezone(LOCAL_ZONE)


def _notice(fault: Refusal) -> NoticeOut:
    return NoticeOut(**notice(fault))
