"""The public door of authenticity: is this paper ours, and how does it stand now. No personal data."""

import hmac
import re
from dataclasses import dataclass
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from app.domain.errors import NotFound, Refusal
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


@dataclass(frozen=True, slots=True)
class VerifiedPaper:
    """What anybody may know of a paper that is ours, as it stands now."""

    row: Any
    name_vi: str
    name_en: str

    @property
    def stands(self) -> bool:
        return bool(self.row.status == "valid")


async def verify_paper(connection: AsyncConnection, token: str) -> VerifiedPaper:
    """Return the paper behind `token`; raises `NotFound` alike for made-up and for malformed tokens."""
    row = await queries.paper_by_token(connection, token) if _TOKEN.fullmatch(token) else None
    if row is None:
        raise NotFound(Refusal("paper_not_ours"))
    name_vi, name_en = _COUNTER_PAPERS.get(row.form_code, _KINDS[row.kind])
    for form in all_forms():
        if form.code == row.form_code:
            name_vi = form.name
    return VerifiedPaper(row, name_vi, name_en)


def is_same_content(paper: VerifiedPaper, sha256: str) -> bool:
    """Tell whether a copy with this hash is, byte for byte, what was issued."""
    return hmac.compare_digest(paper.row.content_sha256, sha256)
