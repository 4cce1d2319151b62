"""Why a file is not accepted, and faults of sending one, in Vietnamese and English."""

MESSAGES: dict[str, tuple[str, str]] = {
    "file_empty": ("Tệp rỗng", "The file is empty"),
    "file_too_large": (
        "Tệp có {size} byte, lớn hơn mức cho phép {max} byte",
        "The file has {size} bytes, more than the {max} that are accepted",
    ),
    "file_type_not_accepted": (
        "Loại tệp không được nhận (xét theo nội dung). Nhận: PDF, JPEG, PNG, TIFF, HEIC; DOCX, XLSX làm tài liệu kèm",
        "The file's content is of no accepted type. Accepted: PDF, JPEG, PNG, TIFF, HEIC; DOCX, XLSX as attachments",
    ),
    "file_encrypted": (
        "Tệp có mật khẩu hoặc bị khóa; hãy nộp bản không khóa",
        "The file is encrypted; hand in a copy without a password",
    ),
    "file_broken": ("Tệp hỏng, không đọc được", "The file is broken and cannot be read"),
    "file_truncated": ("Tệp bị cắt cụt, thiếu phần cuối", "The file is cut off: its end is missing"),
    "file_with_entities": (
        "Tệp văn phòng chứa khai báo kiểu tài liệu (DOCTYPE, thực thể XML), không được nhận",
        "The office file declares a document type (XML entities), which is not accepted",
    ),
    "file_with_parts_outside": (
        "Tệp văn phòng có phần đặt tên trỏ ra ngoài tệp",
        "A part of the office file is named as if it lay outside of it",
    ),
    "file_with_fetched_parts": (
        "Tệp văn phòng tải mẫu hoặc đối tượng từ nơi khác khi mở; hãy lưu lại không liên kết ngoài",
        "The office file loads a template or an object from elsewhere when it is opened; save it without links",
    ),
    "page_box_too_large": (
        "Khổ trang quá lớn (nhiều nhất {max} điểm mỗi cạnh)",
        "A page is too large (at most {max} points a side)",
    ),
    "file_is_bomb": (
        "Tệp nén bung ra quá lớn (hơn {max_bytes} byte)",
        "The packed file unpacks to too much (more than {max_bytes} bytes)",
    ),
    "file_too_complex": (
        "PDF có quá nhiều đối tượng (tối đa {max})",
        "The PDF has too many objects (at most {max})",
    ),
    "file_is_portfolio": (
        "PDF là một bộ sưu tập (portfolio) chứa các tệp khác; hãy nộp từng tệp riêng",
        "The PDF is a portfolio of other files; hand in each file by itself",
    ),
    "inspection_out_of_memory": (
        "Tệp cần quá nhiều bộ nhớ để kiểm tra (hơn {max_bytes} byte); hãy xuất lại tệp hoặc quét thô hơn",
        "The file takes too much memory to inspect (more than {max_bytes} bytes); save it anew, or scan it less finely",
    ),
    "inspection_timed_out": (
        "Tệp cần quá nhiều thời gian để kiểm tra (hơn {seconds} giây xử lý); hãy xuất lại tệp, hoặc chia nhỏ",
        "The file takes too long to inspect (more than {seconds} seconds of work); save it anew, or split it",
    ),
    "inspection_crashed": (
        "Chương trình kiểm tra dừng đột ngột khi đọc tệp này; hãy xuất lại tệp hoặc quét lại",
        "The inspection broke off over this file; save it anew, or scan the paper again",
    ),
    "inspection_unavailable": (
        "Chưa kiểm tra được tệp do lỗi của máy chủ; hãy thử lại sau",
        "The file could not be inspected for a fault of the server; try again later",
    ),
    "file_with_macros": ("Tệp có macro không được nhận", "Files with macros are not accepted"),
    "file_has_no_pages": (
        "DOCX, XLSX chỉ được nộp làm tài liệu kèm, không thay cho giấy tờ",
        "DOCX and XLSX are kept as attachments and stand for no paper",
    ),
    "too_many_pages": ("Quá nhiều trang (tối đa {max})", "Too many pages (at most {max})"),
    "image_too_large": (
        "Ảnh có quá nhiều điểm ảnh (tối đa {max})",
        "The image has too many pixels (at most {max})",
    ),
    "file_name_missing": ("Thiếu tên tệp", "The file's name is missing"),
    "file_name_too_long": ("Tên tệp dài quá {max} ký tự", "The file's name is longer than {max} characters"),
    "file_name_control_characters": (
        "Tên tệp có ký tự điều khiển hoặc ký tự ẩn",
        "The file's name contains control or hidden characters",
    ),
    "file_name_is_path": (
        "Tên tệp không được chứa đường dẫn (/, \\, :)",
        "The file's name must not contain a path (/, \\, :)",
    ),
    "virus_found": (
        "Phát hiện mã độc ({signature}); tệp đã bị cách ly",
        "A virus was found ({signature}); the file is in quarantine",
    ),
    "virus_check_unavailable": (
        "Chưa kiểm tra được mã độc nên chưa nhận tệp; hãy thử lại sau",
        "The virus check does not answer, so the file is not accepted yet; try again later",
    ),
    "file_too_large_for_virus_check": (
        "Tệp lớn hơn mức chương trình kiểm tra mã độc nhận",
        "The file is larger than the virus check accepts",
    ),
    "checksum_wrong": (
        "Nội dung nhận được không khớp mã băm đã khai; hãy gửi lại",
        "What arrived does not match the declared checksum; send it again",
    ),
    "checksum_malformed": (
        "SHA-256 phải là 64 chữ số thập lục phân",
        "A SHA-256 is 64 hexadecimal digits",
    ),
    "checksum_unsupported": (
        "Mã kiểm tra không hợp lệ; hỗ trợ sha1 và sha256",
        "The checksum is malformed or of an algorithm other than sha1 and sha256",
    ),
    "form_expected": (
        "Gửi tệp bằng multipart/form-data",
        "Send the file as multipart/form-data",
    ),
    "form_malformed": ("Biểu mẫu gửi lên sai định dạng hoặc bị cắt cụt", "The form is malformed or cut off"),
    "one_file_expected": ("Mỗi lần gửi một tệp", "One file a request"),
    "tus_version_unsupported": (
        "Cần tiêu đề Tus-Resumable: {version}",
        "The header Tus-Resumable: {version} is needed",
    ),
    "header_malformed": ("Tiêu đề {header} thiếu hoặc không phải số", "The header {header} is missing or no number"),
    "piece_expected": (
        "Gửi từng đoạn bằng application/offset+octet-stream",
        "Send pieces as application/offset+octet-stream",
    ),
    "upload_unknown": ("Không có lần tải lên này", "There is no such upload"),
    "upload_expired": ("Lần tải lên đã hết hạn; hãy gửi lại từ đầu", "The upload has expired; begin anew"),
    "upload_ended": ("Lần tải lên đã kết thúc", "The upload is over"),
    "upload_moved": (
        "Một yêu cầu khác đang gửi cùng lần tải lên này; hãy hỏi lại vị trí",
        "Another request is sending this upload; ask for its offset again",
    ),
    "upload_offset_wrong": (
        "Vị trí không khớp; máy chủ đã nhận {offset} byte",
        "The offset is wrong: {offset} bytes are here",
    ),
    "upload_length_missing": ("Thiếu Upload-Length", "Upload-Length is missing"),
    "upload_too_long": (
        "Gửi nhiều hơn độ dài đã khai ({length} byte)",
        "More was sent than the announced {length} bytes",
    ),
    "upload_metadata_malformed": (
        "Upload-Metadata sai định dạng hoặc có khóa lạ",
        "Upload-Metadata is malformed or has an unknown key",
    ),
    "upload_dossier_missing": (
        "Upload-Metadata phải có mã hồ sơ (dossier)",
        "Upload-Metadata must name the dossier",
    ),
    "too_many_uploads": (
        "Bạn đang có quá nhiều lần tải lên dở dang (tối đa {max})",
        "You have too many unfinished uploads (at most {max})",
    ),
}
