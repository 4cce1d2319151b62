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


_SOURCES = {
    "vault": ("kho giấy tờ", "the store of papers"),
    "national_store": ("kho dữ liệu của công dân trên Cổng DVCQG", "the citizen's store at the national portal"),
    "database": ("cơ sở dữ liệu", "the database"),
}
_PLACES = {
    "counter": ("quầy", "the counter"),
    "office": ("phòng chuyên môn", "the office"),
    "post": ("bưu chính", "the post"),
    "citizen": ("công dân", "the citizen"),
}
_MOVES = {
    "taken_in": ("Nhận giữ {count} bản chính tại {vi}", "{count} originals taken in at {en}"),
    "given": ("Giao {count} bản chính cho {vi}", "{count} originals given to {en}"),
    "received": ("{vi} đã nhận {count} bản chính", "{count} originals received at {en}"),
    "taken_back": ("Lấy lại {count} bản chính chưa được nhận về {vi}", "{count} originals taken back to {en}"),
    "posted": ("Gửi {count} bản chính qua {vi}", "{count} originals sent by {en}"),
    "returned": ("Trả {count} bản chính cho {vi}", "{count} originals returned to {en}"),
}


def _paper_reused(data: Mapping[str, Any]) -> tuple[str, str]:
    vi, en = _SOURCES[data["source"]]
    which = data["held_paper"] or data["database"] or ""
    named = f" {which}" if which else ""
    component, basis = data["component"], data["legal_basis"]
    return (
        f"Không yêu cầu nộp {component}: dùng {vi}{named} ({basis})",
        f"{component} was not asked for: taken from {en}{named} ({basis})",
    )


def _original_moved(data: Mapping[str, Any]) -> tuple[str, str]:
    vi, en = _PLACES[data["place"]]
    pattern_vi, pattern_en = _MOVES[data["kind"]]
    count = len(data["barcodes"])
    unit = f" {data['unit']}" if data.get("unit") else ""
    text = pattern_vi.format(count=count, vi=vi + unit)
    return text[0].upper() + text[1:], pattern_en.format(count=count, en=en + unit)


def _of_result(vi: str, en: str) -> Callable[[Mapping[str, Any]], tuple[str, str]]:
    return lambda data: (vi.format(data["number"]), en.format(data["number"]))


def _digitized(data: Mapping[str, Any]) -> tuple[str, str]:
    code, pages = data["component_code"], data["pages"]
    if data["signed"]:
        return f"Ký số bản số hóa giấy tờ {code}, {pages} trang", f"Digitized copy of {code} signed, {pages} pages"
    return f"Số hóa giấy tờ {code}, {pages} trang", f"{code} digitized, {pages} pages"


def _document_added(data: Mapping[str, Any]) -> tuple[str, str]:
    code, version, pages = data.get("component_code"), data.get("version", 1), data.get("page_count")
    what = (
        ("Thêm tài liệu", "Document added") if version == 1 else (f"Thay tài liệu, bản {version}", f"Version {version}")
    )
    of = (f" của thành phần {code}", f" of component {code}") if code else ("", "")
    long = (f", {pages} trang", f", {pages} pages") if pages else ("", "")
    return what[0] + of[0] + long[0], what[1] + of[1] + long[1]


def _document_published(data: Mapping[str, Any]) -> tuple[str, str]:
    code, version = data["component_code"], data["version"]
    of = (f" của thành phần {code}", f" of component {code}") if code else ("", "")
    return f"Công bố tài liệu{of[0]}, bản {version}", f"Document{of[1]} published, version {version}"


def _document_withdrawn(data: Mapping[str, Any]) -> tuple[str, str]:
    code, packages = data["component_code"], ", ".join(map(str, data.get("packages", ())))
    of = (f" ở thành phần {code}", f" from component {code}") if code else ("", "")
    along = (f", cùng gói tin lưu trữ số {packages}", f", with archive package {packages}") if packages else ("", "")
    vi = f"Bỏ bản lưu giấy tờ chỉ xuất trình{of[0]}{along[0]}"
    return vi, f"Copy of a paper that is only presented withdrawn{of[1]}{along[1]}"


PAPER_SENTENCES: Mapping[EventType, Callable[[Mapping[str, Any]], tuple[str, str]]] = {
    EventType.DOCUMENT_ADDED: _document_added,
    EventType.DOCUMENT_PUBLISHED: _document_published,
    EventType.DIGITIZED: _digitized,
    EventType.DOCUMENT_WITHDRAWN: _document_withdrawn,
    EventType.PAPER_REUSED: _paper_reused,
    EventType.ORIGINAL_MOVED: _original_moved,
    EventType.SLIP_ISSUED: lambda data: (
        f"Phát hành {data['name']} số {data['number']}",
        f"Slip {data['number']} issued ({data['form']})",
    ),
    EventType.SLIP_VOIDED: lambda data: (
        f"Hủy {data['name']} số {data['number']}",
        f"Slip {data['number']} voided ({data['form']})",
    ),
    EventType.SUBMITTED_FOR_SIGNATURE: _of_result("Trình ký kết quả số {}", "Result {} submitted for signature"),
    EventType.SIGNED: _of_result("Đã ký số kết quả số {}", "Result {} signed"),
    EventType.SIGNATURE_DECLINED: _of_result(
        "Không ký kết quả số {}, trả lại người trình", "Signing of result {} declined"
    ),
    EventType.RESULT_PUBLISHED: _of_result("Công bố kết quả số {}", "Result {} published"),
    EventType.RESULT_REPLACED: lambda data: (
        f"Thay thế kết quả số {data['number']} bằng kết quả số {data['by_number']}",
        f"Result {data['number']} replaced by result {data['by_number']}",
    ),
    EventType.RESULT_REVOKED: _of_result("Thu hồi kết quả số {}", "Result {} revoked"),
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
    EventType.ARCHIVED: lambda data: (
        f"Đóng gói lưu trữ lần {data['number']}: {data['files']} tệp",
        f"Packed for the archive, package {data['number']}: {data['files']} files",
    ),
}
