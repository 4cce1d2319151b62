"""Faults of forms, slips and verification, in Vietnamese and English."""

MESSAGES: dict[str, tuple[str, str]] = {
    "form_unknown": ("Không có mẫu {form}", "There is no form {form}"),
    "form_not_in_force": ("Mẫu {form} không có hiệu lực vào ngày {day}", "The form {form} was not in force on {day}"),
    "form_is_no_slip": (
        "Mẫu {form} không phải phiếu của một hồ sơ; sổ theo dõi lấy ở /registers/dossiers",
        "The form {form} is no slip of a dossier; the register is at /registers/dossiers",
    ),
    "variant_unknown": ("Mẫu {form} không có dạng {given}", "The form {form} has no variant {given}"),
    "slip_event_missing": (
        "Hồ sơ chưa có việc mà phiếu này ghi nhận",
        "The dossier has no event that this slip could tell of",
    ),
    "slip_before_acceptance": ("Hồ sơ chưa được tiếp nhận", "The dossier has not been accepted"),
    "receipt_void": (
        "Giấy tiếp nhận này đã bị hủy do đính chính; hãy in giấy mới",
        "This receipt is void since a correction; print the new one",
    ),
    "slip_without_content": (
        "Không có đủ dữ liệu của việc này để in phiếu (hồ sơ nhập từ hệ thống khác)",
        "What this slip prints is not recorded (the dossier was imported)",
    ),
    "slip_unknown": ("Không có phiếu này trong phạm vi của bạn", "There is no such slip in your scope"),
    "slip_void_already": ("Phiếu số {number} không còn hiệu lực", "Slip {number} no longer stands"),
    "paper_unknown": ("Không có giấy tờ này", "There is no such paper"),
    "paper_not_ours": (
        "Không tìm thấy giấy tờ với mã này; giấy không do hệ thống này cấp",
        "No paper has this code; it was not issued here",
    ),
    "register_period": (
        "Kỳ của sổ phải từ ngày đầu đến ngày cuối và không quá {days} ngày",
        "The period runs from its first to its last day, at most {days} days",
    ),
    "register_too_long": (
        "Sổ có hơn {most} dòng; hãy chọn kỳ ngắn hơn hoặc tải dạng xlsx",
        "The register has more than {most} lines; choose a shorter period or xlsx",
    ),
}
