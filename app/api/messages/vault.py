"""Faults of papers held, in Vietnamese and English."""

MESSAGES: dict[str, tuple[str, str]] = {
    "paper_lists_missing": (
        "Chưa có danh mục giấy tờ (giấy chỉ xuất trình, giấy được lưu); chạy `motcua admin load-province`",
        "There are no lists of papers (what is only shown, what is kept) yet; run `motcua admin load-province`",
    ),
    "paper_presented_only": (
        "{name} chỉ xuất trình để đối chiếu, không được sao chụp hay lưu giữ",
        "{name} is only presented and may be neither copied nor kept",
    ),
    "held_paper_unknown": (
        "Người nộp hồ sơ không có giấy tờ mang mã này trong kho",
        "No paper of this code is held for the applicant",
    ),
    "held_paper_not_valid": (
        "Giấy tờ {held_paper} không còn giá trị sử dụng (trạng thái: {status})",
        "The paper {held_paper} no longer counts (status: {status})",
    ),
    "held_paper_other_kind": (
        "Giấy tờ trong kho thuộc loại {kind}, không thay cho thành phần {component}",
        "The paper held is of the kind {kind} and cannot stand in for the component {component}",
    ),
    "held_paper_no_replacement": (
        "Giấy tờ thay thế phải là giấy tờ còn giá trị, cùng loại, của cùng một người",
        "The replacement must be a valid paper of the same kind and person",
    ),
    "paper_kind_unknown": (
        "Không xác định được loại giấy tờ; các loại được lưu: {expected}",
        "The kind of paper is not known; kinds that are held: {expected}",
    ),
    "validity_backwards": ("Ngày hết giá trị trước ngày bắt đầu", "The validity ends before it begins"),
    "applicant_without_number": (
        "Người nộp hồ sơ chưa có số định danh nên không đưa giấy tờ vào kho được",
        "The applicant has no identity number, so no paper can be held for them",
    ),
    "component_reused_already": (
        "Thành phần {component} đã dùng lại giấy tờ này",
        "The component {component} stands on this paper already",
    ),
    "dossier_ended": ("Hồ sơ đã kết thúc", "The dossier has ended"),
    "paper_kind_not_in_force": (
        "Không có loại giấy tờ {kind} trong danh mục vào ngày bắt đầu",
        "There is no kind of paper {kind} on the list on the first day",
    ),
    "paper_use_component_unlisted": (
        "Thủ tục {procedure} (bản có hiệu lực ngày {day}) không có thành phần {component}",
        "The version of the procedure {procedure} in force on {day} lists no component {component}",
    ),
    "paper_use_component_shown": (
        "Thành phần {component} của thủ tục {procedure} (bản có hiệu lực ngày {day}) chỉ xuất trình, không lưu giữ",
        "The component {component} of the procedure {procedure} in force on {day} is presented only, never held",
    ),
    "paper_use_result_unlisted": (
        "Thủ tục {procedure} (bản có hiệu lực ngày {day}) không có kết quả {result}",
        "The version of the procedure {procedure} in force on {day} lists no result {result}",
    ),
    "paper_use_of_shown_kind": (
        "Loại giấy tờ {kind} chỉ xuất trình, không lưu giữ, nên không gắn với thành phần hay kết quả nào",
        "Papers of the kind {kind} are presented only and never held, so they are no component or result",
    ),
    "paper_line_unknown": ("Không có dòng này trong danh mục", "There is no such line on the list"),
    "paper_kind_only_shown": (
        "Giấy tờ này theo quy định chỉ xuất trình, không sao chụp, lưu giữ: dòng danh mục không được kết thúc hay đổi",
        "By law this paper is only shown and never kept: its line does not end and does not change",
    ),
    "paper_line_overlaps": (
        "Dòng số {line} về cùng nội dung đang có hiệu lực; hãy chấm dứt dòng đó trước",
        "Line no. {line} says the same thing otherwise in this period; end it first",
    ),
    "paper_line_in_past": (
        "Dòng mới chỉ có hiệu lực từ hôm nay trở đi; ngày đã qua không sửa lại",
        "A line counts from today or later: days gone by stay as they were",
    ),
    "paper_line_reversed": ("Ngày kết thúc phải sau ngày bắt đầu", "The end must be after the beginning"),
    "paper_line_ends": (
        "Chỉ chấm dứt từ hôm nay trở đi và không muộn hơn ngày kết thúc đã ghi",
        "It can only end today or later, and no later than it was to",
    ),
}
