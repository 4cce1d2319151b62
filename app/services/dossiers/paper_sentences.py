"""Sentences of the events beside the state: papers, fees, results. No personal data: references and facts only."""

from collections.abc import Callable, Mapping
from typing import Any

from app.domain.fee_sentences import dong
from app.domain.lifecycle import EventType

_METHODS = {
    "cash": ("tiền mặt", "in cash"),
    "bank_transfer": ("chuyển khoản", "by bank transfer"),
    "online_national": ("trực tuyến qua Cổng DVC quốc gia", "online through the national portal"),
    "online_province": ("trực tuyến qua cổng của tỉnh", "online through the province's portal"),
}


def _charged(data: Mapping[str, Any]) -> tuple[str, str]:
    if not data["amount_vnd"]:
        return "Tính phí, lệ phí: không phải nộp", "Fee charged: nothing to pay"
    again = ("", "") if data.get("replaces") is None else (" (tính lại)", " (anew)")
    return (
        f"Tính phí, lệ phí{again[0]}: {dong(data['amount_vnd'])} đồng",
        f"Fee charged{again[1]}: {data['amount_vnd']:,} đồng",
    )


def _collected(data: Mapping[str, Any]) -> tuple[str, str]:
    vi, en = _METHODS[data["method"]]
    return (
        f"Thu {dong(data['amount_vnd'])} đồng {vi}, biên lai {data['receipt']}",
        f"{data['amount_vnd']:,} đồng collected {en}, receipt {data['receipt']}",
    )


PAPER_SENTENCES: Mapping[EventType, Callable[[Mapping[str, Any]], tuple[str, str]]] = {
    EventType.DOCUMENT_ADDED: lambda _data: ("Thêm tài liệu vào hồ sơ", "Document added"),
    EventType.DIGITIZED: lambda _data: ("Số hóa giấy tờ", "Paper digitized"),
    EventType.PAPER_REUSED: lambda _data: ("Dùng lại giấy tờ đã có", "Paper held already was reused"),
    EventType.ORIGINAL_MOVED: lambda _data: ("Giao nhận bản chính", "Original handed on"),
    EventType.SLIP_ISSUED: lambda _data: ("Phát hành phiếu", "Slip issued"),
    EventType.SLIP_VOIDED: lambda _data: ("Hủy phiếu", "Slip voided"),
    EventType.SUBMITTED_FOR_SIGNATURE: lambda _data: ("Trình ký", "Submitted for signature"),
    EventType.SIGNED: lambda _data: ("Đã ký số", "Signed"),
    EventType.SIGNATURE_DECLINED: lambda _data: ("Không ký, trả lại người trình", "Signature declined"),
    EventType.RESULT_PUBLISHED: lambda _data: ("Công bố kết quả", "Result published"),
    EventType.RESULT_REPLACED: lambda _data: ("Thay thế kết quả", "Result replaced"),
    EventType.RESULT_REVOKED: lambda _data: ("Thu hồi kết quả", "Result revoked"),
    EventType.FEE_CHARGED: _charged,
    EventType.FEE_COLLECTED: _collected,
    EventType.FEE_VOIDED: lambda data: (
        f"Hủy biên lai {data['receipt']}, {dong(data['amount_vnd'])} đồng",
        f"Receipt {data['receipt']} of {data['amount_vnd']:,} đồng voided",
    ),
    EventType.FEE_REFUNDED: lambda data: (
        f"Hoàn {dong(data['amount_vnd'])} đồng của biên lai {data['receipt']}",
        f"{data['amount_vnd']:,} đồng of receipt {data['receipt']} given back",
    ),
    EventType.ARCHIVED: lambda _data: ("Đóng gói lưu trữ", "Packed for the archive"),
}
