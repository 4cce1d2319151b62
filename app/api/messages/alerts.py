"""Faults of alerts and apologies, in Vietnamese and English."""

MESSAGES: dict[str, tuple[str, str]] = {
    "alert_unknown": ("Không có cảnh báo này trong phạm vi của bạn", "There is no such alert in your scope"),
    "alert_of_higher_level": (
        "Cảnh báo đã lên cấp {level}; phải do cấp đó nhận",
        "The alert has climbed to the level {level} and must be taken there",
    ),
    "alert_acknowledged": ("Cảnh báo đã có người nhận", "Somebody has taken the alert already"),
    "alert_closed": ("Cảnh báo đã khép lại vì không còn lý do", "The alert is closed: its reason is gone"),
    "apology_unknown": ("Hồ sơ chưa có văn bản xin lỗi", "The dossier has no apology yet"),
    "apology_not_drafted": (
        "Không có dự thảo văn bản xin lỗi đang chờ gửi",
        "No draft of an apology waits to be sent",
    ),
}
