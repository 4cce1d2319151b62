"""Faults of statistics, in Vietnamese and English."""

MESSAGES: dict[str, tuple[str, str]] = {
    "field_unknown": ("Không có lĩnh vực {code}", "There is no field {code}"),
    "period_reversed": (
        "Kỳ thống kê bắt đầu ({first}) sau khi kết thúc ({last})",
        "The period begins ({first}) after it ends ({last})",
    ),
    "period_too_long": (
        "Kỳ thống kê theo tháng không được quá {months} tháng",
        "A period by month has at most {months} months",
    ),
}
