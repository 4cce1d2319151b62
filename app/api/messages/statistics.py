"""Faults of statistics, in Vietnamese and English."""

MESSAGES: dict[str, tuple[str, str]] = {
    "field_unknown": ("Không có lĩnh vực {code}", "There is no field {code}"),
    "day_too_early": ("Số liệu không tính trước ngày {earliest}", "Nothing is counted before {earliest}"),
    "period_not_begun": (
        "Kỳ thống kê bắt đầu ngày {first}, sau hôm nay ({today}): chưa có gì để tính",
        "The period begins on {first}, after today ({today}): there is nothing to count yet",
    ),
    "period_reversed": (
        "Kỳ thống kê bắt đầu ({first}) sau khi kết thúc ({last})",
        "The period begins ({first}) after it ends ({last})",
    ),
    "period_too_long": (
        "Kỳ thống kê theo tháng không được quá {months} tháng",
        "A period by month has at most {months} months",
    ),
}
