"""Faults of documents, uploads and links, in Vietnamese and English."""

MESSAGES: dict[str, tuple[str, str]] = {
    "storage_unavailable": (
        "Kho lưu trữ tài liệu không trả lời; hãy thử lại sau",
        "The store of documents does not answer; try again later",
    ),
    "content_missing": (
        "Không tìm thấy nội dung trong kho lưu trữ; hãy báo người quản trị",
        "The content is missing from the store; tell the administrator",
    ),
    "content_damaged": (
        "Nội dung trong kho lưu trữ không khớp mã băm; hãy báo người quản trị",
        "The content in the store does not match its hash; tell the administrator",
    ),
    "content_being_collected": (
        "Nội dung này đang được dọn khỏi kho; hãy gửi lại",
        "This content is being removed from the store right now; send it again",
    ),
    "document_unknown": ("Không có tài liệu này trong phạm vi của bạn", "There is no such document in your scope"),
    "document_superseded": (
        "Tài liệu đã có phiên bản mới hơn (số {by})",
        "The document has a newer version already (number {by})",
    ),
}
