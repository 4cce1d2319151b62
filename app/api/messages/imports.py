"""Faults and warnings of imports and of the demonstration, in Vietnamese and English."""

MESSAGES: dict[str, tuple[str, str]] = {
    "import_file_unreadable": ("Không đọc được tệp {file}", "The file {file} cannot be read"),
    "import_column_unknown": ("Không có cột tên {column}", "There is no column {column}"),
    "import_column_missing": ("Tệp thiếu cột {column}", "The file lacks the column {column}"),
    "import_column_repeated": ("Cột {column} xuất hiện nhiều lần", "The column {column} occurs more than once"),
    "import_username_repeated": (
        "Tên đăng nhập {username} xuất hiện nhiều lần trong tệp",
        "The user name {username} occurs more than once in the file",
    ),
    "passwords_file_exists": (
        "Tệp {file} đã có; hãy chọn tên khác để không ghi đè mật khẩu",
        "The file {file} exists; choose another name, so that no passwords are overwritten",
    ),
    "import_cells_differ": (
        "Dòng có {cells} ô trong khi tệp có {columns} cột",
        "The row has {cells} cells, the header {columns}",
    ),
    "import_row_unreadable": (
        "Không đọc được dòng này (sai định dạng hoặc không phải UTF-8)",
        "The row cannot be read (malformed, or not UTF-8)",
    ),
    "import_identity_missing": (
        "Cần code hoặc external_code để nhập lại không bị trùng",
        "code or external_code is needed, so that a repeated import doubles nothing",
    ),
    "import_step_unknown": ("Bước không có trong danh sách: {expected}", "The step is none of: {expected}"),
    "import_instant_unreadable": (
        "Thời điểm phải có cả ngày và giờ theo ISO 8601, ví dụ 2026-11-23T09:00",
        "An instant needs date and time as ISO 8601, for example 2026-11-23T09:00",
    ),
    "import_in_future": ("Thời điểm nằm trong tương lai", "The moment lies in the future"),
    "import_unit_not_then": (
        "Đơn vị {code} không tồn tại vào ngày {day}",
        "Unit {code} did not exist on {day}",
    ),
    "import_procedure_not_then": (
        "Thủ tục {code} không có hiệu lực vào ngày {day}",
        "Procedure {code} was not in force on {day}",
    ),
    "import_promise_before_acceptance": (
        "Ngày hẹn trả nằm trước khi nộp hồ sơ",
        "The promised date lies before the dossier was filed",
    ),
    "import_promise_differs": (
        "Ngày hẹn đã in ({printed}) khác ngày tính được ({computed}); giữ nguyên ngày đã in làm lời hẹn",
        "The printed promise ({printed}) differs from the computed one ({computed}); the printed one is kept",
    ),
    "demo_not_empty": (
        "Cơ sở dữ liệu đã có đơn vị; dữ liệu dùng thử chỉ nạp vào cơ sở dữ liệu trống",
        "The database has units already; a demonstration is only put into an empty one",
    ),
    "scenario_unknown": (
        "Không có kịch bản {name}; có: {expected}",
        "There is no scenario {name}; there are: {expected}",
    ),
}
