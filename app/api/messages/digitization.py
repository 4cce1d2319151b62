"""Faults of scans and of their reading, in Vietnamese and English."""

MESSAGES: dict[str, tuple[str, str]] = {
    "scan_batch_unknown": ("Không có lô quét này trong phạm vi của bạn", "There is no such scan batch in your scope"),
    "scan_batch_arriving": (
        "Lô quét này đang được tiếp nhận, hãy gửi lại sau giây lát",
        "This very batch is being received: send it again in a moment",
    ),
    "scan_batch_not_retryable": (
        "Lô quét đang ở trạng thái {state}, không có gì để làm lại",
        "The batch is {state}: there is nothing to be tried again",
    ),
    "scan_files_or_document": (
        "Gửi các tệp quét, hoặc mã một tài liệu đã có, không phải cả hai",
        "Send scanned files, or the id of a document that is there, not both and not neither",
    ),
    "scan_cut_unknown": (
        "Cách tách không hợp lệ: separators_or_blanks, separators hoặc nowhere",
        "The cut is one of separators_or_blanks, separators, nowhere",
    ),
    "too_many_files": ("Nhiều nhất {max} tệp một lần", "At most {max} files at once"),
    "scan_piece_unknown": (
        "Không có giấy tờ quét này trong phạm vi của bạn",
        "There is no such scanned paper in your scope",
    ),
    "scan_piece_closed": (
        "Giấy tờ quét đã ở trạng thái {state}, không thay đổi được nữa",
        "The scanned paper is {state} and does not change any more",
    ),
    "scan_piece_presented_only": (
        "Nhận dạng cho thấy đây là giấy tờ chỉ xuất trình (căn cước, hộ chiếu): hãy bỏ; nếu nhận dạng sai, ghi lý do",
        "It reads like a paper that is only presented (an identity card): discard it, or say why it is none",
    ),
    "scan_piece_waiting": ("Giấy tờ đang chờ nhận dạng chữ", "The paper still waits to be read"),
    "scan_piece_incomplete": (
        "Có {pages} trang không đọc được: quét lại hoặc bỏ giấy tờ này",
        "{pages} of its pages could not be looked at: scan it again, or discard it",
    ),
    "scan_piece_unassigned": (
        "Chưa chọn hồ sơ và thành phần hồ sơ cho giấy tờ này",
        "Say first which component of which dossier it is",
    ),
    "scan_piece_not_confirmed": (
        "Chỉ ký được bản đã xác nhận; giấy tờ đang ở trạng thái {state}",
        "Only a confirmed copy can be signed; this one is {state}",
    ),
    "scan_piece_not_digitized": (
        "Giấy tờ chưa được số hóa (chỉ có ảnh quét), không ký bản số hóa được",
        "The paper is not digitized (there is only its picture), so there is no digitized copy to sign",
    ),
    "scan_piece_without_picture": ("Giấy tờ này chưa có ảnh quét xem được", "There is no picture of this paper yet"),
    "scan_piece_picture_removed": (
        "Ảnh của giấy tờ này đã bỏ khỏi kho, không xem lại được nữa",
        "The picture of this paper was removed from the store and cannot be seen any more",
    ),
    "scan_value_repeated": ("Giá trị {name} được nêu hai lần", "The value {name} is given twice"),
    "scan_value_no_date": ("Không phải ngày (YYYY-MM-DD)", "Not a date (YYYY-MM-DD)"),
    "component_presented_only": (
        "Giấy tờ này chỉ xuất trình, không được quét và lưu",
        "This paper is only presented: it must not be scanned and kept",
    ),
    "ocr_unavailable": (
        "Chưa số hóa: máy chủ chưa cài chương trình nhận dạng chữ (tesseract, tiếng Việt); bản quét vẫn được giữ",
        "Not digitized: the programs that read texts (tesseract with Vietnamese) are not installed; the scan is kept",
    ),
    "ocr_available": (
        "Nhận dạng chữ tiếng Việt sẵn sàng (tesseract {version})",
        "Vietnamese texts can be read (tesseract {version})",
    ),
    "reading_timed_out": ("Nhận dạng chữ quá lâu", "Reading took too long"),
    "reading_failed": ("Chương trình nhận dạng chữ báo lỗi", "The program that reads texts failed"),
    "pdfa_impossible": ("Không tạo được PDF/A từ bản quét", "No PDF/A could be made of the scan"),
    "processing_failed": (
        "Xử lý nhiều lần không thành công; có thể yêu cầu làm lại",
        "It was tried several times without success; it may be tried again",
    ),
    "page_unreadable": ("Không đọc được trang", "The page cannot be looked at"),
    "page_too_large": ("Khổ trang quá lớn", "The page is too large"),
    "page_timed_out": ("Xem trang quá lâu", "Looking at the page took too long"),
    "waiting_for_retry": ("Đang chờ làm lại", "Waits for another try"),
    "barely_read": (
        "Gần như không đọc được chữ trên trang: kiểm tra xem trang có nằm ngang hay quá mờ, quét lại nếu cần",
        "Hardly anything was read of the page: see whether it lies on its side or is too faint; scan it again if so",
    ),
    "low_resolution": (
        "Độ phân giải dưới 200 dpi: nên quét lại",
        "Fewer than 200 dots an inch: better scanned again",
    ),
    "scanned_twice": ("Quét trùng", "Scanned twice"),
    "illegible": ("Không đọc được", "Illegible"),
    "wrong_dossier": ("Nhầm hồ sơ", "Of another dossier"),
    "presented_only": ("Giấy tờ chỉ xuất trình", "Only presented"),
    "not_a_paper": ("Không phải giấy tờ", "Not a paper"),
}
