"""Faults of ratings, in Vietnamese and English."""

MESSAGES: dict[str, tuple[str, str]] = {
    "rating_unknown": ("Mã đánh giá không có hiệu lực", "The rating code is not valid"),
    "rating_before_result": ("Chỉ đánh giá sau khi có kết quả", "Rating opens once the result is there"),
    "rating_incomplete": ("Hãy chọn một mức hài lòng rồi gửi lại", "Choose one of the levels and send again"),
    "rating_too_long": (
        "Góp ý quá dài; hãy rút ngắn rồi gửi lại",
        "What you wrote is too long; shorten it and send again",
    ),
    "already_rated": ("Hồ sơ này đã được đánh giá", "This dossier has been rated already"),
    "rating_reason_unknown": ("Lý do đánh giá không có trong danh mục", "The reason is not in the list"),
    "staff_cannot_rate": (
        "Cán bộ không được đánh giá thay công dân",
        "The staff may not rate in the citizen's place",
    ),
}
