"""The public door of authenticity: is this paper ours, and how does it stand now. No personal data."""

import datetime as dt
import hmac
import re
from dataclasses import dataclass
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from app.domain.errors import NotFound, Refusal
from app.services.dossiers.code_lists import entries
from app.services.forms import queries
from app.services.forms.registry import all_forms

# What `new_token` makes; nothing else is asked of the database.
_TOKEN = re.compile(r"[A-Za-z0-9_-]{16,64}")
_KINDS = {
    "slip": ("Phiếu của bộ phận một cửa", "Slip of the one-stop desk"),
    "result": ("Kết quả giải quyết thủ tục hành chính", "Result of an administrative procedure"),
    "digitized_copy": ("Bản số hóa giấy tờ", "Digitized copy of a paper"),
    "archive": ("Gói lưu trữ hồ sơ", "Archive package of a dossier"),
}

# Papers of the counter that are no form of the law.
_COUNTER_PAPERS = {
    "BIEN-LAI": ("Biên lai thu phí, lệ phí", "Fee receipt"),
    "PHIEU-CT": ("Phiếu thu và trả kết quả chứng thực", "Slip of a certification"),
}
# Why a paper stands no more, where no list of reasons has the code.
_REASONS = {
    "corrected": ("Thông tin đã được đính chính", "What it says was corrected"),
    "receipt_voided": ("Biên lai đã bị hủy", "The receipt was voided"),
    "receipt_refunded": ("Tiền đã được hoàn lại", "The money was given back"),
    "damaged": ("Bản giấy bị hỏng", "The paper was damaged"),
    "lost": ("Bản giấy bị mất", "The paper was lost"),
    "misprinted": ("In sai, in hỏng", "Misprinted"),
}
_LISTS_OF_REASONS = ("result_revocation_reasons", "result_correction_reasons")


@dataclass(frozen=True, slots=True)
class VerifiedPaper:
    """What anybody may know of a paper that is ours, as it stands on the day `today`."""

    row: Any
    name_vi: str
    name_en: str
    today: dt.date

    @property
    def status(self) -> str:
        """The status kept; of a paper that stands by itself also `not_yet_in_force` and `expired`, by its days."""
        row = self.row
        if row.status != "valid":
            return str(row.status)
        if row.effective_from is not None and self.today < row.effective_from:
            return "not_yet_in_force"
        if row.effective_to is not None and self.today > row.effective_to:
            return "expired"
        return "valid"

    @property
    def stands(self) -> bool:
        return self.status == "valid"

    @property
    def reason(self) -> tuple[str, str] | None:
        """Why it stands no more, in Vietnamese and English; the code itself where nothing tells it in words."""
        code: str | None = self.row.status_reason
        if code is None:
            return None
        for name in _LISTS_OF_REASONS:
            if code in entries(name):
                return entries(name)[code]["vi"], entries(name)[code]["en"]
        return _REASONS.get(code, (code, code))


async def verify_paper(connection: AsyncConnection, token: str, *, today: dt.date) -> VerifiedPaper:
    """Return the paper behind `token`; raises `NotFound` alike for made-up and for malformed tokens."""
    row = await queries.paper_by_token(connection, token) if _TOKEN.fullmatch(token) else None
    if row is None:
        raise NotFound(Refusal("paper_not_ours"))
    name_vi, name_en = _COUNTER_PAPERS.get(row.form_code, _KINDS[row.kind])
    for form in all_forms():
        if form.code == row.form_code:
            name_vi = form.name
    return VerifiedPaper(row, name_vi, name_en, today)


def is_same_content(paper: VerifiedPaper, sha256: str) -> bool:
    """Tell whether a copy with this hash is, byte for byte, what was issued, or our own marked copy of it."""
    return any(hmac.compare_digest(known, sha256) for known in (paper.row.content_sha256, *paper.row.stamped))
