"""History as people read it: one sentence an event, in Vietnamese and English, made from the log alone."""

import datetime as dt
from collections.abc import Callable, Mapping
from typing import Any

from app.core.clock import LOCAL_ZONE
from app.domain.lifecycle import EventType
from app.services.dossiers.code_lists import label
from app.services.dossiers.paper_sentences import PAPER_SENTENCES

Sentences = tuple[str, str]

_UNITS = {
    "working_hours": ("giờ làm việc", "working hours"),
    "working_days": ("ngày làm việc", "working days"),
    "calendar_days": ("ngày", "days"),
    "same_day": ("trong ngày", "same day"),
    "half_day": ("trong buổi", "half a day"),
}
_CHANNELS = {
    "counter": ("trực tiếp", "at the counter"),
    "online": ("trực tuyến", "online"),
    "postal": ("qua bưu chính", "by post"),
}


_CORRECTED = {
    "procedure_code": "thủ tục",
    "case_variant": "trường hợp",
    "applicant": "chủ hồ sơ",
    "representative": "người nộp thay",
    "components": "thành phần hồ sơ",
    "summary": "trích yếu",
    "return_channel": "cách nhận kết quả",
    "return_address": "địa chỉ nhận kết quả",
}


def moment(value: Any) -> str:
    """Return an instant as printed in Vietnam: `09:00 ngày 25/11/2026`."""
    at = value if isinstance(value, dt.datetime) else dt.datetime.fromisoformat(value)
    return at.astimezone(LOCAL_ZONE).strftime("%H:%M ngày %d/%m/%Y")


def _moment_en(value: Any) -> str:
    at = value if isinstance(value, dt.datetime) else dt.datetime.fromisoformat(value)
    return at.astimezone(LOCAL_ZONE).strftime("%H:%M on %d/%m/%Y")


def sentences(event_type: str, data: Mapping[str, Any], names: Mapping[str, str] | None = None) -> Sentences:
    """Return (Vietnamese, English) for one event; `names` are those of the procedure's papers, by code."""
    event = EventType(event_type)
    if names:
        data = _with_names(data, names)
    return PAPER_SENTENCES[event](data) if event in PAPER_SENTENCES else _SENTENCES[event](data)


def _with_names(data: Mapping[str, Any], names: Mapping[str, str]) -> dict[str, Any]:
    """Return the facts of an event with each paper's name in the place of its code."""
    single = {key: names.get(data[key], data[key]) for key in ("component", "component_code") if data.get(key)}
    several = {
        key: [names.get(code, code) for code in data[key]] for key in ("components", "asked_again") if data.get(key)
    }
    return {**data, **single, **several}


def _registered(data: Mapping[str, Any]) -> Sentences:
    vi, en = _CHANNELS[data["channel"]]
    return f"Đăng ký hồ sơ {vi}, thủ tục {data['procedure']}", f"Registered {en}, procedure {data['procedure']}"


def _accepted(data: Mapping[str, Any]) -> Sentences:
    unit_vi, unit_en = _UNITS[data["limit"]["unit"]]
    amount = data["limit"]["value"]
    vi = unit_vi if data["limit"]["unit"] in ("same_day", "half_day") else f"{amount} {unit_vi}"
    en = unit_en if data["limit"]["unit"] in ("same_day", "half_day") else f"{amount} {unit_en}"
    return (
        f"Tiếp nhận hồ sơ, thời hạn {vi}, hẹn trả kết quả {moment(data['promised_due_at'])}",
        f"Accepted, limit {en}, result promised for {_moment_en(data['promised_due_at'])}",
    )


def _refused(data: Mapping[str, Any]) -> Sentences:
    code = data["reason_code"]
    return f"Từ chối tiếp nhận: {label('refusal_reasons', code)}", f"Refused: {label('refusal_reasons', code, 'en')}"


def _supplement_requested(data: Mapping[str, Any]) -> Sentences:
    papers = ", ".join(data["components"])
    again_vi = again_en = ""
    if data.get("asked_again"):
        again, reason = ", ".join(data["asked_again"]), data["ask_again_reason"]
        again_vi = f"; {again} đã có nhưng vẫn yêu cầu: {label('ask_again_reasons', reason)}"
        again_en = f"; {again} asked for although at hand: {label('ask_again_reasons', reason, 'en')}"
    return (
        f"Yêu cầu bổ sung giấy tờ {papers}, hạn bổ sung {moment(data['answer_due_at'])}{again_vi}",
        f"Supplement requested: {papers}, to be answered by {_moment_en(data['answer_due_at'])}{again_en}",
    )


def _waited(data: Mapping[str, Any], vi: str, en: str) -> Sentences:
    if "after_due" not in data:
        return vi, en
    return (
        f"{vi}; {data['minutes']} phút làm việc chờ đợi không tính vào thời hạn, hẹn trả {moment(data['after_due'])}",
        f"{en}; {data['minutes']} working minutes of waiting do not count, due {_moment_en(data['after_due'])}",
    )


def _extended(data: Mapping[str, Any]) -> Sentences:
    said = (
        f"Xin lỗi và gia hạn: từ {moment(data['before_due'])} đến {moment(data['after_due'])}",
        f"Apology and extension: from {_moment_en(data['before_due'])} to {_moment_en(data['after_due'])}",
    )
    return _with_reason(said, "extension_reasons", data)


def _with_reason(said: Sentences, name: str, data: Mapping[str, Any]) -> Sentences:
    """Add the reason of the list `name`, where one was given."""
    code = data.get("reason_code")
    return said if code is None else (f"{said[0]}; {label(name, code)}", f"{said[1]}; {label(name, code, 'en')}")


def _resolved(data: Mapping[str, Any]) -> Sentences:
    if data.get("outcome") == "denied":
        return _with_reason(_DENIED, "refusal_reasons", data)
    return "Đã có kết quả giải quyết", "Decided: the result is ready"


def _handed_over(data: Mapping[str, Any]) -> Sentences:
    vi, en = _CHANNELS[data["method"]]
    return f"Trả kết quả {vi}", f"Result handed over {en}"


def _stopped(data: Mapping[str, Any]) -> Sentences:
    code = data["reason_code"]
    return f"Dừng giải quyết: {label('stop_reasons', code)}", f"Stopped: {label('stop_reasons', code, 'en')}"


def _corrected(data: Mapping[str, Any]) -> Sentences:
    parts = ", ".join(_CORRECTED.get(part, part) for part in data["corrected"])
    parts_en = ", ".join(part.replace("_", " ") for part in data["corrected"])
    number = data["receipt"]
    return (
        f"Đính chính ({parts}); giấy tiếp nhận trước bị hủy, cấp giấy số {number}",
        f"Corrected ({parts_en}); the former receipt is void, receipt {number} issued",
    )


def _deadline_moved(data: Mapping[str, Any]) -> Sentences:
    act = f" ({data['legal_basis']})" if data.get("legal_basis") else ""
    return (
        f"Lịch làm việc thay đổi{act}: hẹn trả từ {moment(data['before_due'])} thành {moment(data['after_due'])}",
        f"Working calendar changed{act}: due {_moment_en(data['after_due'])}, not {_moment_en(data['before_due'])}",
    )


_SENTENCES: Mapping[EventType, Callable[[Mapping[str, Any]], Sentences]] = {
    EventType.REGISTERED: _registered,
    EventType.ACCEPTED: _accepted,
    EventType.REFUSED: _refused,
    EventType.SUPPLEMENT_REQUESTED: _supplement_requested,
    EventType.SUPPLEMENT_RECEIVED: lambda data: _waited(data, "Nhận giấy tờ bổ sung", "Supplement received"),
    EventType.PROCESSING_STARTED: lambda _data: ("Bắt đầu xử lý", "Processing started"),
    EventType.PAYMENT_REQUESTED: lambda data: (
        f"Yêu cầu thực hiện nghĩa vụ tài chính {data['amount_vnd']:,} đồng".replace(",", "."),
        f"Payment of {data['amount_vnd']} đồng requested",
    ),
    EventType.PAYMENT_CONFIRMED: lambda data: _waited(data, "Đã nộp nghĩa vụ tài chính", "Payment confirmed"),
    EventType.EXTENDED: _extended,
    EventType.RESOLVED: _resolved,
    EventType.HANDED_OVER: _handed_over,
    EventType.WITHDRAWN: lambda _data: ("Công dân rút hồ sơ", "Withdrawn by the applicant"),
    EventType.STOPPED: _stopped,
    EventType.CORRECTED: _corrected,
    EventType.RATED: lambda _data: ("Công dân đã đánh giá", "Rated by the applicant"),
    EventType.DEADLINE_MOVED: _deadline_moved,
}

_DENIED = ("Đã có kết quả: không chấp thuận", "Decided: not approved")

_PUBLIC: Mapping[EventType, Sentences] = {
    EventType.REGISTERED: ("Đã đăng ký", "Registered"),
    EventType.ACCEPTED: ("Đã tiếp nhận, có ngày hẹn trả", "Accepted, with a promised date"),
    EventType.REFUSED: ("Từ chối tiếp nhận", "Refused"),
    EventType.SUPPLEMENT_REQUESTED: ("Yêu cầu bổ sung giấy tờ", "Supplement requested"),
    EventType.SUPPLEMENT_RECEIVED: ("Đã nhận giấy tờ bổ sung", "Supplement received"),
    EventType.PROCESSING_STARTED: ("Đang xử lý", "In processing"),
    EventType.PAYMENT_REQUESTED: ("Chờ nộp nghĩa vụ tài chính", "Waiting for payment"),
    EventType.PAYMENT_CONFIRMED: ("Đã nộp nghĩa vụ tài chính", "Payment confirmed"),
    EventType.EXTENDED: ("Xin lỗi và gia hạn", "Apology and extension"),
    EventType.RESOLVED: ("Đã có kết quả", "The result is ready"),
    EventType.HANDED_OVER: ("Đã trả kết quả", "Result handed over"),
    EventType.WITHDRAWN: ("Đã rút hồ sơ", "Withdrawn"),
    EventType.STOPPED: ("Dừng giải quyết", "Stopped"),
    EventType.CORRECTED: ("Đã đính chính, giấy tiếp nhận cũ hết hiệu lực", "Corrected; the former receipt is void"),
    EventType.RATED: ("Đã đánh giá", "Rated"),
    EventType.DEADLINE_MOVED: ("Ngày hẹn trả thay đổi theo lịch làm việc", "Date moved with the working calendar"),
    EventType.SUBMITTED_FOR_SIGNATURE: ("Trình ký kết quả", "Submitted for signature"),
    EventType.RESULT_PUBLISHED: ("Công bố kết quả", "Result published"),
    EventType.RESULT_REPLACED: ("Thay thế kết quả", "Result replaced"),
    EventType.RESULT_REVOKED: ("Thu hồi kết quả", "Result revoked"),
}


def public_sentences(event_type: str, outcome: str | None = None) -> Sentences | None:
    """Return what the public reads of an event: its kind, and of a decision its `outcome`. None: not for the public."""
    event = EventType(event_type)
    return _DENIED if event is EventType.RESOLVED and outcome == "denied" else _PUBLIC.get(event)
