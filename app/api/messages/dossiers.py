"""Faults of dossiers, in Vietnamese and English."""

MESSAGES: dict[str, tuple[str, str]] = {
    # Registration.
    "unit_without_agency_code": (
        "Đơn vị {code} chưa có mã định danh nên chưa cấp được mã hồ sơ",
        "Unit {code} has no agency identifier yet, so no dossier code can be given",
    ),
    "procedure_unknown": ("Không có thủ tục mã {code}", "No procedure has the code {code}"),
    "procedure_not_in_force": ("Thủ tục {code} hiện không có hiệu lực", "Procedure {code} is not in force"),
    "case_variant_unknown": (
        "Thủ tục không có trường hợp {case_variant}",
        "The procedure has no case {case_variant}",
    ),
    "channel_not_offered": (
        "Thủ tục không nhận hồ sơ qua kênh {channel}",
        "The procedure is not offered on the channel {channel}",
    ),
    "external_code_taken": (
        "Mã ngoài {external_code} đã gắn với một hồ sơ khác",
        "The outside code {external_code} already belongs to a dossier",
    ),
    "external_code_ours": (
        "Mã ngoài {external_code} có dạng mã hồ sơ của chính hệ thống này",
        "The outside code {external_code} has the form of this system's own dossier codes",
    ),
    "external_code_malformed": (
        "Mã ngoài không được chứa khoảng trắng hay các ký tự / \\ ? # %",
        "An outside code has no space and none of / \\ ? # %",
    ),
    "invisible_character": (
        "Tên chứa ký tự không nhìn thấy được; hãy gõ lại",
        "The name contains a character that cannot be seen; type it again",
    ),
    "name_without_letter": ("Tên phải có ít nhất một chữ cái", "A name has at least one letter"),
    "link_not_https": ("Phải là địa chỉ https://", "It must be an https:// address"),
    "not_with_method": (
        "Thông tin này không dùng khi trả kết quả theo cách đã chọn",
        "This does not belong to the chosen way of handing over",
    ),
    "likely_double": (
        "Có thể trùng hồ sơ {code}: cùng người, cùng thủ tục, mới nộp tại đây và chưa giải quyết xong",
        "A likely double of {code}: the same person and procedure, filed here lately and open still",
    ),
    "return_address_missing": (
        "Trả kết quả qua bưu chính cần địa chỉ nhận",
        "Return by post needs an address",
    ),
    "component_missing": (
        "Thiếu thành phần hồ sơ {component}",
        "The component {component} is missing",
    ),
    "component_empty": (
        "Thành phần {component} chưa có bản nào",
        "The component {component} has no piece",
    ),
    "supplement_not_brought": (
        "Đã yêu cầu bổ sung {component} nhưng lần này chưa nhận được",
        "The component {component} was asked for and did not come this time",
    ),
    "components_of_other_procedure": (
        "Đổi sang thủ tục {procedure} thì phải khai lại giấy tờ đã nhận theo danh mục của thủ tục ấy",
        "With the procedure {procedure} the papers at hand must be declared anew, by that procedure's list",
    ),
    "component_unknown": (
        "Thành phần {component} không có trong thủ tục; không được yêu cầu giấy tờ ngoài quy định",
        "The component {component} is not listed by the procedure and may not be asked for",
    ),
    "component_held": (
        "Thành phần {component} đã có trong kho giấy tờ (mã {held_paper}); không yêu cầu nộp lại",
        "The component {component} is held already (paper {held_paper}) and is not asked for again",
    ),
    "component_obtainable": (
        "Thành phần {component} khai thác được từ cơ sở dữ liệu; không yêu cầu nộp giấy (NQ 66.7/2025/NQ-CP)",
        "The component {component} is to be had from data and is not asked for on paper (NQ 66.7/2025/NQ-CP)",
    ),
    "component_repeated": (
        "Thành phần {component} khai hai lần",
        "The component {component} is given twice",
    ),
    "component_not_from_data": (
        "Thành phần {component} chưa thay thế được bằng dữ liệu",
        "The component {component} cannot be satisfied by data",
    ),
    "identity_number_malformed": (
        "Số định danh phải gồm 12 chữ số (hoặc 9 chữ số CMND cũ)",
        "The identity number must have 12 digits (or 9 of an old card)",
    ),
    "tax_code_malformed": ("Mã số thuế phải gồm 10 hoặc 13 chữ số", "The tax code must have 10 or 13 digits"),
    "passport_malformed": ("Số hộ chiếu không đúng định dạng", "The passport number is malformed"),
    "identity_number_province_unknown": (
        "Mã tỉnh trong số định danh không có trong danh mục, hãy kiểm tra lại",
        "The province in the identity number is not listed; please check",
    ),
    "identity_number_gender_differs": (
        "Giới tính khai khác với số định danh, hãy kiểm tra lại",
        "The gender differs from the identity number; please check",
    ),
    "identity_number_birth_year_differs": (
        "Năm sinh khai khác với số định danh, hãy kiểm tra lại",
        "The birth year differs from the identity number; please check",
    ),
    "date_out_of_range": ("Ngày nằm ngoài khoảng cho phép", "The date is out of range"),
    "dossier_code_malformed": ("Mã hồ sơ không đúng định dạng", "The dossier code is malformed"),
    # Acts.
    "dossier_unknown": (
        "Không tìm thấy hồ sơ trong phạm vi của bạn",
        "There is no such dossier in your scope",
    ),
    "action_not_possible_now": (
        "Không thể {action} khi hồ sơ ở trạng thái {state}",
        "{action} is not possible while the dossier is {state}",
    ),
    "reason_not_now": (
        "Lý do này chỉ dùng khi hồ sơ ở trạng thái {only_while}; hồ sơ hiện {state}",
        "This reason holds only while a dossier is {only_while}; this one is {state}",
    ),
    "before_last_event": (
        "Thời điểm sớm hơn sự kiện cuối cùng của hồ sơ",
        "The moment lies before the dossier's last event",
    ),
    "already_accepted": (
        "Hồ sơ đã tiếp nhận thì không thể từ chối tiếp nhận; dùng dừng giải quyết hoặc kết quả",
        "An accepted dossier cannot be refused; stop it or decide it",
    ),
    "not_accepted_yet": ("Hồ sơ chưa được tiếp nhận nên chưa có ngày hẹn", "Not accepted yet, so there is no date"),
    "second_supplement_needs_leader": (
        "Đã yêu cầu bổ sung {made} lần (quy định {allowed}); lần nữa cần lý do của lãnh đạo",
        "Supplement was requested {made} time(s) already (allowed: {allowed}); another needs a leader's reason",
    ),
    "leader_needed": (
        "Lý do của lãnh đạo phải do người có thẩm quyền ghi",
        "A leader's reason must be given by somebody with that power",
    ),
    "extension_used": (
        "Đã gia hạn đủ số lần cho phép ({allowed})",
        "The allowed number of extensions ({allowed}) is used",
    ),
    "extension_after_due": (
        "Đã quá hạn: văn bản xin lỗi và gia hạn phải ban hành trước hạn",
        "The due time has passed: apology and extension must come before it",
    ),
    "correction_empty": ("Đính chính phải nêu nội dung thay đổi", "A correction must say what changes"),
    "procedure_not_correctable": (
        "Không thể đổi thủ tục khi hồ sơ ở trạng thái {state}",
        "The procedure cannot be changed while the dossier is {state}",
    ),
    "denial_unexplained": ("Không chấp thuận thì phải nêu lý do", "A denial must say why"),
    "reason_without_denial": (
        "Lý do không chấp thuận chỉ dùng khi kết quả là không chấp thuận",
        "Grounds to deny are given only with a denial",
    ),
    "assignee_unknown": (
        "Người được giao không có vai trò ở đơn vị giải quyết",
        "The assignee holds no role in the competent unit",
    ),
    "result_type_unknown": (
        "Thủ tục không có loại kết quả {result_type}",
        "The procedure has no result type {result_type}",
    ),
    "code_unknown": (
        "Mã {given} không có trong danh mục {list}; chọn một trong: {expected}",
        "{given} is not in the list {list}; choose one of: {expected}",
    ),
    # Lists.
    "state_unknown": ("Không có trạng thái này; chọn: {expected}", "There is no such state; choose: {expected}"),
    "sort_unknown": ("Không sắp xếp được theo cột này; chọn: {expected}", "Cannot sort by this; choose: {expected}"),
    "search_empty": ("Từ khóa tìm kiếm không có chữ nào", "The search has no word in it"),
    # Look-up.
    "lookup_unknown": (
        "Không có hồ sơ khớp mã và mã tra cứu trên giấy tiếp nhận",
        "No dossier matches this code and the secret on the receipt",
    ),
}
