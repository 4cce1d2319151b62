"""What anybody reads of a paper: JSON, and a page that needs nothing from outside."""

import base64
import datetime as dt
import hashlib
from html import escape

from pydantic import BaseModel

from app.api.v1.schemas.dossiers import local
from app.core.clock import LOCAL_ZONE
from app.services.forms.verify import VerifiedPaper

_STATUS = {
    "valid": ("Còn hiệu lực", "Valid"),
    "void": ("Đã hủy", "Void"),
    "replaced": ("Đã được thay thế", "Replaced"),
    "revoked": ("Đã bị thu hồi", "Revoked"),
}

STYLE = """
body{font:18px/1.5 system-ui,sans-serif;margin:0;background:#f4f4f1;color:#1c1c1c}
main{max-width:40rem;margin:0 auto;padding:1rem}
h1{font-size:1.5rem;padding:1rem;border-radius:.5rem;color:#fff;background:#1b6e36}
h1.no{background:#a0101c}h1 small{display:block;font-size:1rem;font-weight:normal}
dl{display:grid;grid-template-columns:auto 1fr;gap:.3rem 1rem;background:#fff;padding:1rem;border-radius:.5rem}
dt{color:#555}dd{margin:0;overflow-wrap:anywhere}form,p{background:#fff;padding:1rem;border-radius:.5rem}
button{font:inherit;padding:.4rem 1rem;margin-top:.5rem}.en{color:#666;font-size:.9rem}
"""
_STYLE_HASH = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
PAGE_HEADERS = {
    "Content-Security-Policy": (
        f"default-src 'none'; style-src 'sha256-{_STYLE_HASH}'; form-action 'self'; base-uri 'none'; "
        "frame-ancestors 'none'"
    ),
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


class IssuerOut(BaseModel):
    code: str
    name: str


class ComparisonOut(BaseModel):
    """A copy held against what was issued, byte for byte."""

    sha256: str
    same: bool


class VerifiedOut(BaseModel):
    """A paper that is ours. `status` is how it stands now; `comparison` only where a copy was sent."""

    genuine: bool
    status: str
    status_vi: str
    status_en: str
    status_at: dt.datetime
    status_reason: str | None
    kind: str
    name_vi: str
    name_en: str
    form_code: str | None
    number: str
    issuer: IssuerOut
    issued_at: dt.datetime
    sha256: str
    replaced_by: str | None
    comparison: ComparisonOut | None


def verified_document(paper: VerifiedPaper, copy_sha256: str | None = None, *, same: bool = False) -> VerifiedOut:
    row = paper.row
    vi, en = _STATUS[row.status]
    return VerifiedOut(
        genuine=True,
        status=row.status,
        status_vi=vi,
        status_en=en,
        status_at=local(row.status_at),
        status_reason=row.status_reason,
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
    day = paper.row.issued_at.astimezone(LOCAL_ZONE).strftime("%H:%M ngày %d/%m/%Y")
    verdict = {
        "valid": ("Giấy tờ thật, đang có hiệu lực", "Genuine and valid"),
        "void": ("Giấy tờ thật nhưng ĐÃ HỦY", "Genuine, but void"),
        "replaced": ("Giấy tờ thật nhưng ĐÃ ĐƯỢC THAY THẾ", "Genuine, but replaced"),
        "revoked": ("Giấy tờ thật nhưng ĐÃ BỊ THU HỒI", "Genuine, but revoked"),
    }[document.status]
    facts = [
        ("Loại giấy tờ", paper.name_vi),
        ("Số", document.number),
        ("Cơ quan cấp", document.issuer.name),
        ("Thời điểm cấp", day),
        ("Mã băm SHA-256", document.sha256),
    ]
    listed = "".join(f"<dt>{escape(name)}</dt><dd>{escape(value)}</dd>" for name, value in facts)
    parts = [_verdict(*verdict, good=paper.stands), f"<dl>{listed}</dl>"]
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
    return _page("".join(parts))


def unknown_page() -> str:
    """Return the page for a token that opens nothing."""
    return _page(
        _verdict("Không tìm thấy giấy tờ này", "There is no such paper", good=False)
        + "<p>Mã trên giấy không phải do hệ thống này cấp. Hãy hỏi lại cơ quan ghi trên giấy. "
        '<span class="en">The code was not issued by this office.</span></p>'
    )


def _comparison(*, same: bool) -> str:
    if same:
        return _verdict("Tệp đúng là bản đã cấp", "Your file is what was issued, byte for byte", good=True)
    return _verdict("Tệp KHÁC bản đã cấp", "Your file differs from what was issued", good=False)


def _verdict(vi: str, en: str, *, good: bool) -> str:
    return f'<h1 class="{"yes" if good else "no"}">{escape(vi)}<small>{escape(en)}</small></h1>'


def _page(body: str) -> str:
    return (
        '<!doctype html><html lang="vi"><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        f"<title>Kiểm tra giấy tờ – Một Cửa</title><style>{STYLE}</style><main>{body}</main></html>"
    )
