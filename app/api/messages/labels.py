"""What codes inside a message are called in Vietnamese: acts, states, permissions, roles, values of fixed lists."""

from collections.abc import Mapping
from typing import Final

ACTIONS: Final = {
    "accept": "tiếp nhận hồ sơ",
    "refuse": "từ chối tiếp nhận",
    "request_supplement": "yêu cầu bổ sung",
    "receive_supplement": "nhận bổ sung",
    "start_processing": "bắt đầu giải quyết",
    "request_payment": "yêu cầu nộp tiền",
    "confirm_payment": "xác nhận đã nộp tiền",
    "extend": "gia hạn",
    "resolve": "ra quyết định giải quyết",
    "hand_over": "trả kết quả",
    "withdraw": "rút hồ sơ",
    "stop": "dừng giải quyết",
    "correct": "đính chính",
}
STATES: Final = {
    "registered": "mới đăng ký",
    "accepted": "đã tiếp nhận",
    "refused": "bị từ chối tiếp nhận",
    "processing": "đang giải quyết",
    "awaiting_supplement": "chờ bổ sung",
    "awaiting_payment": "chờ nộp tiền",
    "withdrawn": "đã rút",
    "stopped": "đã dừng giải quyết",
    "resolved": "đã có kết quả",
    "returned": "đã trả kết quả",
    # Batches of scans and what they were cut into.
    "received": "đã nhận",
    "processed": "đã xử lý xong",
    "partly_failed": "lỗi một phần",
    "not_digitized": "chưa số hóa được",
    "failed": "bị lỗi",
    "quarantined": "bị cách ly",
    "open": "chưa xác nhận",
    "confirmed": "đã xác nhận",
    "signed": "đã ký",
    "discarded": "đã bỏ",
    # Results, requests for a signature, papers that are held.
    "draft": "bản thảo",
    "submitted": "đã trình ký",
    "published": "đã công bố",
    "replaced": "đã được thay thế",
    "revoked": "đã thu hồi",
    "waiting": "chờ ký",
    "declined": "bị từ chối ký",
    "valid": "còn giá trị",
    "expired": "hết hạn",
    "not_yet_in_force": "chưa có hiệu lực",
}
PERMISSIONS: Final = {
    "accounts:manage": "quản lý tài khoản",
    "calendars:manage": "quản lý lịch làm việc",
    "documents:add": "thêm tài liệu",
    "documents:read": "xem tài liệu",
    "dossiers:correct": "đính chính hồ sơ",
    "dossiers:decide": "quyết định kết quả",
    "dossiers:extend": "gia hạn hồ sơ",
    "dossiers:hand_over": "trả kết quả",
    "dossiers:override": "quyết định ngoại lệ của lãnh đạo",
    "dossiers:process": "giải quyết hồ sơ",
    "dossiers:read": "xem hồ sơ",
    "dossiers:receive": "tiếp nhận hồ sơ",
    "dossiers:stop": "dừng giải quyết hồ sơ",
    "dossiers:submit": "đăng ký hồ sơ",
    "dossiers:supplement": "yêu cầu bổ sung",
    "payments:confirm": "xác nhận thu tiền",
    "payments:refund": "hoàn tiền",
    "procedures:manage": "quản lý thủ tục",
    "results:prepare": "soạn kết quả",
    "results:publish": "công bố kết quả",
    "results:sign": "ký kết quả",
    "statistics:read": "xem thống kê",
    "tariffs:manage": "quản lý biểu phí",
    "units:manage": "quản lý đơn vị",
}
ROLES: Final = {
    "approving_leader": "lãnh đạo phê duyệt",
    "cashier": "thu ngân",
    "inspector": "thanh tra",
    "machine_client": "máy khách",
    "province_administrator": "quản trị cấp tỉnh",
    "reception_clerk": "cán bộ tiếp nhận",
    "records_officer": "văn thư",
    "specialist": "chuyên viên",
    "unit_administrator": "quản trị đơn vị",
}
CHANNELS: Final = {"counter": "trực tiếp", "online": "trực tuyến", "postal": "bưu chính"}
LEVELS: Final = {
    "ministry": "bộ",
    "province": "tỉnh",
    "department": "sở, phòng",
    "district": "huyện",
    "commune": "xã",
    "vertical": "ngành dọc",
}
VALUES: Final = {
    **ACTIONS,
    **PERMISSIONS,
    **ROLES,
    **CHANNELS,
    # People.
    "citizen": "công dân",
    "enterprise": "doanh nghiệp",
    "organization": "tổ chức",
    "other": "khác",
    "male": "nam",
    "female": "nữ",
    # Papers: where they come from, what for they are read, why a scan is no document.
    "paper": "bản giấy",
    "upload": "tệp tải lên",
    "data": "dữ liệu",
    "reused": "dùng lại",
    "vault": "kho giấy tờ",
    "national_store": "kho cá nhân trên Cổng quốc gia",
    "database": "cơ sở dữ liệu",
    "component": "thành phần hồ sơ",
    "result": "kết quả",
    "registration": "đăng ký hồ sơ",
    "guidance": "hướng dẫn",
    "checking": "kiểm tra",
    "processing": "giải quyết",
    "returning": "trả kết quả",
    "inspection": "thanh tra, kiểm tra",
    "citizen_request": "theo yêu cầu của công dân",
    "replaced": "được thay thế",
    "revoked": "bị thu hồi",
    "scanned_twice": "quét hai lần",
    "illegible": "không đọc được",
    "wrong_dossier": "nhầm hồ sơ",
    "presented_only": "chỉ xuất trình",
    "not_a_paper": "không phải giấy tờ",
    "damaged": "hỏng",
    "lost": "mất",
    "misprinted": "in sai",
    "large": "khổ lớn",
    "office": "phòng chuyên môn",
    "post": "bưu điện",
    # Values that are read from a paper.
    "date": "ngày",
    "document_number": "số giấy tờ",
    "full_name": "họ tên",
    "identity_number": "số định danh",
    # Results and ratings.
    "approved": "đồng ý",
    "denied": "không đồng ý",
    "decision": "quyết định",
    "certificate": "giấy chứng nhận",
    "own_device": "thiết bị của người đánh giá",
    "kiosk": "máy tại quầy",
    "phone": "điện thoại",
    "imported": "nhập từ hệ thống cũ",
    # Money.
    "cash": "tiền mặt",
    "bank_transfer": "chuyển khoản",
    "online_national": "trực tuyến qua Cổng quốc gia",
    "online_province": "trực tuyến qua cổng của tỉnh",
    "exemption": "miễn, giảm theo đối tượng",
    "discount": "giảm theo kênh nộp",
    "dossier": "theo hồ sơ",
    "case": "theo việc",
    "copy": "theo bản",
    "page": "theo trang",
    "person": "theo người",
    # Procedures, limits and calendars.
    "full": "toàn trình",
    "partial": "một phần",
    "information": "cung cấp thông tin",
    "working_hours": "giờ làm việc",
    "working_days": "ngày làm việc",
    "calendar_days": "ngày theo lịch",
    "half_day": "trong buổi",
    "same_day": "trong ngày",
    "days": "theo ngày",
    "hours": "theo giờ",
    "work": "ngày làm việc",
    "rest": "ngày nghỉ",
    "holiday": "ngày lễ",
    "swap_rest": "nghỉ hoán đổi",
    "swap_work": "làm bù",
    "closure": "đóng cửa",
    # Units, and what figures are grouped by.
    "unit": "đơn vị",
    "month": "tháng",
    "procedure": "thủ tục",
    "field": "lĩnh vực",
    "channel": "kênh",
    **LEVELS,
    # How sure a fact is.
    "verified": "đã đối chiếu",
    "seen_in_practice": "gặp trong thực tế",
    "unverified": "chưa đối chiếu",
    "computed": "tính toán",
    "default": "mặc định",
    "synthetic": "giả lập",
    # Ways to sign in.
    "password": "mật khẩu",
    "client_credentials": "khóa của máy khách",
    "refresh_token": "mã gia hạn",
}
"""Values of the lists that inputs are taken from."""

_ALONE: Final[Mapping[str, Mapping[str, str]]] = {
    "action": ACTIONS,
    "state": STATES,
    "status": STATES,
    "only_while": STATES,
    "channel": CHANNELS,
    "method": VALUES,
}
_WITH_CODE: Final[Mapping[str, Mapping[str, str]]] = {
    "permission": PERMISSIONS,
    "role": ROLES,
    "unit_level": LEVELS,
    "parent_level": LEVELS,
}
_LISTS: Final = ("expected", "expected_tags")
_NOT_SENT: Final = frozenset({"result_not_possible_now"})
"""Faults whose `expected` are states that something must be in, not codes that a client sends."""


def in_vietnamese(code: str, params: Mapping[str, object]) -> dict[str, object]:
    """Return the parameters of a fault as its Vietnamese text says them: codes by their names.

    Where people must send a code, or ask for it by its code, it stands beside its name.
    """
    said = dict(params)
    for name, value in params.items():
        if name in _ALONE:
            said[name] = _ALONE[name].get(str(value), value)
        elif name in _WITH_CODE and str(value) in _WITH_CODE[name]:
            said[name] = f"{_WITH_CODE[name][str(value)]} ({value})"
        elif name in _LISTS:
            named = str(value).split(", ")
            if code in _NOT_SENT:
                said[name] = " hoặc ".join(STATES.get(one, one) for one in named)
            else:
                labels = STATES if code == "state_unknown" else VALUES
                said[name] = ", ".join(_beside(one, labels) for one in named)
    return said


def _beside(value: str, labels: Mapping[str, str]) -> str:
    return f"{labels[value]} ({value})" if value in labels else value
