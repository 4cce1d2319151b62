"""What anybody reads of a paper: JSON, and a small page."""

import datetime as dt
from html import escape

from pydantic import BaseModel

from app.api.small_pages import facts, headline, paragraph, small_page
from app.api.v1.schemas.dossiers import local
from app.api.v1.schemas.instants import LocalInstant
from app.core.clock import LOCAL_ZONE
from app.domain.fee_sentences import dong
from app.services.forms.verify import VerifiedPaper

_TITLE = "Kiểm tra giấy tờ"
_STATUS = {
    "valid": ("Còn hiệu lực", "Valid"),
    "not_yet_in_force": ("Chưa có hiệu lực", "Not yet in force"),
    "expired": ("Đã hết hiệu lực", "Expired"),
    "void": ("Đã hủy", "Void"),
    "replaced": ("Đã được thay thế", "Replaced"),
    "revoked": ("Đã bị thu hồi", "Revoked"),
    "refunded": ("Tiền đã được hoàn lại", "The money was given back"),
}


class IssuerOut(BaseModel):
    code: str
    name: str


class ComparisonOut(BaseModel):
    """A copy held against what was issued, byte for byte."""

    sha256: str
    same: bool


class VerifiedOut(BaseModel):
    """A paper that is ours. `status` is how it stands now; `comparison` only where a copy was sent.

    `effective_from`, `effective_to`: first and last day on which a result is in force; null where it names none.
    `refunded_vnd`: of a paper that says money was taken, what was given back; null where nothing was.
    """

    genuine: bool
    status: str
    status_vi: str
    status_en: str
    status_at: LocalInstant
    status_reason: str | None
    effective_from: dt.date | None
    effective_to: dt.date | None
    refunded_vnd: int | None
    kind: str
    name_vi: str
    name_en: str
    form_code: str | None
    number: str
    issuer: IssuerOut
    issued_at: LocalInstant
    sha256: str
    replaced_by: str | None
    comparison: ComparisonOut | None


def verified_document(paper: VerifiedPaper, copy_sha256: str | None = None, *, same: bool = False) -> VerifiedOut:
    row = paper.row
    vi, en = _STATUS[paper.status]
    return VerifiedOut(
        genuine=True,
        status=paper.status,
        status_vi=vi,
        status_en=en,
        status_at=local(row.status_at),
        status_reason=row.status_reason,
        effective_from=row.effective_from,
        effective_to=row.effective_to,
        refunded_vnd=row.refunded_vnd,
        kind=row.kind,
        name_vi=paper.name_vi,
        name_en=paper.name_en,
        form_code=row.form_code,
        number=row.number,
        issuer=IssuerOut(code=row.unit_code, name=row.unit_name),
        issued_at=local(row.issued_at),
        sha256=row.content_sha256,
        replaced_by=None if row.replaced_by_token is None else f"/v/{row.replaced_by_token}",
        comparison=None if copy_sha256 is None else ComparisonOut(sha256=copy_sha256, same=same),
    )


def verified_page(paper: VerifiedPaper, document: VerifiedOut) -> str:
    """Return the page of a paper that is ours: the verdict first, Vietnamese first."""
    verdict = {
        "valid": ("Giấy tờ thật, đang có hiệu lực", "Genuine and valid"),
        "not_yet_in_force": ("Giấy tờ thật nhưng CHƯA CÓ HIỆU LỰC", "Genuine, but not yet in force"),
        "expired": ("Giấy tờ thật nhưng ĐÃ HẾT HIỆU LỰC", "Genuine, but expired"),
        "void": ("Giấy tờ thật nhưng ĐÃ HỦY", "Genuine, but void"),
        "replaced": ("Giấy tờ thật nhưng ĐÃ ĐƯỢC THAY THẾ", "Genuine, but replaced"),
        "revoked": ("Giấy tờ thật nhưng ĐÃ BỊ THU HỒI", "Genuine, but revoked"),
        "refunded": ("Giấy tờ thật nhưng TIỀN ĐÃ HOÀN LẠI", "Genuine, but the money was given back"),
    }[document.status]
    told = (
        ("Loại giấy tờ", paper.name_vi),
        ("Số", document.number),
        ("Cơ quan cấp", document.issuer.name),
        ("Thời điểm cấp", _moment(paper.row.issued_at)),
        ("Có hiệu lực từ ngày", _day(document.effective_from)),
        ("Có hiệu lực đến hết ngày", _day(document.effective_to)),
        (
            "Hoàn tiền từ" if document.status == "refunded" else "Hết hiệu lực từ",
            None if paper.row.status == "valid" else _moment(paper.row.status_at),
        ),
        ("Lý do", None if paper.reason is None else paper.reason[0]),
        ("Số tiền đã hoàn", None if document.refunded_vnd is None else f"{dong(document.refunded_vnd)} đồng"),
        ("Mã băm SHA-256", document.sha256),
    )
    parts = [headline(*verdict, good=paper.stands), facts(told)]
    if document.replaced_by is not None:
        link = escape(document.replaced_by, quote=True)
        parts.append(f'<p><a href="{link}">Xem giấy tờ thay thế</a> <span class="en">The paper in its place</span></p>')
    if document.comparison is not None:
        parts.append(_comparison(same=document.comparison.same))
    parts.append(
        '<form method="post" enctype="multipart/form-data"><label>So sánh tệp bạn đang có với bản đã cấp '
        '<span class="en">Compare your file with what was issued</span><br>'
        '<input type="file" name="file" required></label><br><button>So sánh</button></form>'
    )
    return small_page(_TITLE, *parts)


def unknown_page() -> str:
    """Return the page for a token that opens nothing."""
    return small_page(
        _TITLE,
        headline("Không tìm thấy giấy tờ này", "There is no such paper", good=False),
        paragraph(
            "Mã trên giấy không phải do hệ thống này cấp. Hãy hỏi lại cơ quan ghi trên giấy.",
            "The code was not issued by this office.",
        ),
    )


def _comparison(*, same: bool) -> str:
    if same:
        return headline("Tệp đúng là bản đã cấp", "Your file is what was issued, byte for byte", good=True)
    return headline("Tệp KHÁC bản đã cấp", "Your file differs from what was issued", good=False)


def _day(day: dt.date | None) -> str | None:
    return None if day is None else day.strftime("%d/%m/%Y")


def _moment(at: dt.datetime) -> str:
    return at.astimezone(LOCAL_ZONE).strftime("%H:%M ngày %d/%m/%Y")
