"""Sentences of the events beside the state: papers, fees, results. No personal data: references and facts only."""

from collections.abc import Callable, Mapping
from typing import Any

from app.domain.lifecycle import EventType

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
    EventType.FEE_CHARGED: lambda _data: ("Tính phí, lệ phí", "Fee charged"),
    EventType.FEE_COLLECTED: lambda _data: ("Thu phí, lệ phí", "Fee collected"),
    EventType.FEE_VOIDED: lambda _data: ("Hủy biên lai", "Fee receipt voided"),
    EventType.FEE_REFUNDED: lambda _data: ("Hoàn phí, lệ phí", "Fee refunded"),
    EventType.ARCHIVED: lambda _data: ("Đóng gói lưu trữ", "Packed for the archive"),
}
