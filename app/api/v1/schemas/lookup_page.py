"""The status of a dossier as a small page: what the QR code on a receipt opens on a phone. No personal data."""

from html import escape
from typing import Any
from urllib.parse import quote, urlencode

from app.api.small_pages import facts, headline, paragraph, small_page
from app.services.dossiers.timeline import moment
from app.services.results.originals import Standing

_TITLE = "Tra cứu hồ sơ"
_KEPT = {
    "early": "Trước hạn",
    "on_time": "Đúng hạn",
    "late": "Quá hạn",
    "in_time": "Còn trong hạn",
    "overdue": "Đã quá hạn",
}
_NOT_KEPT = ("late", "overdue")
_REVOKED = ("Kết quả đã cấp ĐÃ BỊ THU HỒI", "The result that was issued has been revoked")
_ENDED_WITHOUT = ("refused", "stopped")


def status_page(document: dict[str, Any], results: Standing | None = None, secret: str = "") -> str:
    """Return the page of a document of `PublicStatusOut`, with ways to the results that the secret opens."""
    revoked = results is not None and results.revoked
    kept = None if document["kept"] is None else str(document["kept"])
    good = kept not in _NOT_KEPT and document["state"] not in _ENDED_WITHOUT
    promised, due = document["promised_due_at"], document["current_due_at"]
    title = _REVOKED if revoked else (document["status_vi"], document["status_en"])
    parts = [
        headline(*title, good=good and not revoked),
        facts(
            (
                ("Mã hồ sơ", document["code"]),
                ("Thủ tục", document["procedure_name"]),
                ("Nơi tiếp nhận", document["receiving_unit"]),
                ("Cơ quan giải quyết", document["competent_unit"]),
                ("Tiếp nhận", _moment(document["accepted_at"])),
                ("Hẹn trả kết quả", _moment(promised)),
                ("Hẹn trả hiện nay", _moment(due) if due != promised else None),
                ("Có kết quả", _moment(document["resolved_at"])),
                ("Đã trả kết quả", _moment(document["returned_at"])),
                ("Tiến độ", None if kept is None else _KEPT[kept]),
            )
        ),
    ]
    if document["receipt_void"]:
        parts.append(paragraph("Giấy tiếp nhận này đã được thay bằng giấy mới.", "This receipt was replaced."))
    if document["why_vi"] is not None:
        parts.append(paragraph(document["why_vi"], document["why_en"]))
    if document["supplement"] is not None:
        parts.append(_supplement(document["supplement"]))
    for original in () if results is None else results.originals:
        address = f"/api/v1/lookup/{quote(document['code'])}/result?{_question(secret, original.id)}"
        parts.append(_link(address, f"Tải kết quả điện tử số {original.number}", "The electronic original"))
    if document["rating_token"] is not None:
        parts.append(_link(f"/r/{document['rating_token']}", "Đánh giá sự phục vụ", "Rate our service"))
    parts.append(facts((_day(event["at"]), event["vi"]) for event in document["events"]))
    return small_page(_TITLE, *parts)


def no_status_page() -> str:
    """Return the page for a code and a secret that open nothing."""
    return small_page(
        _TITLE,
        headline("Không tìm thấy hồ sơ", "There is no such dossier", good=False),
        paragraph(
            "Mã hồ sơ hoặc mã tra cứu không đúng. Hãy xem lại giấy tiếp nhận.",
            "The code or the secret is wrong; look at the receipt again.",
        ),
    )


def _question(secret: str, result_id: int) -> str:
    return urlencode({"secret": secret, "result": result_id})


def _link(address: str, vi: str, en: str) -> str:
    return f'<p><a href="{escape(address, quote=True)}">{escape(vi)}</a> <span class="en">{escape(en)}</span></p>'


def _moment(at: Any) -> str | None:
    return None if at is None else moment(at)


def _day(at: Any) -> str:
    return moment(at).rpartition(" ")[2]


def _supplement(asked: dict[str, Any]) -> str:
    papers = "; ".join(f"{item['name']}: {item['problem_vi']}" for item in asked["items"])
    return paragraph(
        f"Cần bổ sung trước {moment(asked['answer_due_at'])}. {papers}.",
        "Papers are asked for; see the request you were given.",
    )
