"""Faults of documents and of their contents, in Vietnamese and English."""

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
    "content_withdrawn": (
        "Nội dung này đã bị bỏ khỏi kho vì là giấy tờ chỉ xuất trình, không được lưu; không gửi lại",
        "This content was withdrawn because the paper is only presented and never kept; do not send it again",
    ),
    "document_unknown": ("Không có tài liệu này trong phạm vi của bạn", "There is no such document in your scope"),
    "document_superseded": (
        "Tài liệu đã có phiên bản mới hơn (số {by})",
        "The document has a newer version already (number {by})",
    ),
    "document_of_another_place": (
        "Tài liệu bị thay thuộc loại hoặc thành phần hồ sơ khác",
        "The document to be replaced is of another kind or of another component",
    ),
    "document_stands": (
        "Kết quả đã công bố và bản số hóa không bị thay bằng tệp gửi lên; hãy thay kết quả hoặc quét lại",
        "A published result and a digitized copy do not give way to a file that is sent: replace the result, or scan",
    ),
    "document_published": ("Bản này đã được công bố", "This version is published already"),
    "document_withdrawn": (
        "Bản lưu đã bị bỏ vì là giấy tờ chỉ xuất trình",
        "The copy was withdrawn: the paper is only presented and never kept",
    ),
    "document_is_result": (
        "Kết quả được công bố sau khi ký số, tại mục kết quả; không công bố tệp gửi lên",
        "A result is published once it is signed, among the results: not as a file that was sent",
    ),
    "document_has_no_other_original": (
        "Tài liệu chính là tệp đã nộp, không có bản gốc khác",
        "The document is the very file that was handed in; there is no other original",
    ),
    "document_kind_unknown": ("Loại tài liệu không hợp lệ", "There is no such kind of document"),
    "component_expected": (
        "Giấy tờ thuộc thành phần hồ sơ phải ghi mã thành phần",
        "A paper of the checklist must name its component",
    ),
    "link_invalid": (
        "Liên kết đã hết hạn hoặc không hợp lệ; hãy lấy liên kết mới",
        "The link is over or invalid; ask for a new one",
    ),
    "range_not_satisfiable": (
        "Đoạn yêu cầu nằm ngoài nội dung ({size} byte)",
        "The range lies outside of the content ({size} bytes)",
    ),
}
