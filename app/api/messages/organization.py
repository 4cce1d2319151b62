"""Faults of organization, in Vietnamese and English."""

MESSAGES: dict[str, tuple[str, str]] = {
    "province_unknown": ("Không có tỉnh mã {code} trong dữ liệu", "There is no province {code} in the data"),
    "second_root": (
        "Mỗi hệ thống chỉ phục vụ một tỉnh; đơn vị {code} cần có cấp trên",
        "One installation serves one province; the unit {code} needs a parent",
    ),
    "parent_unknown": ("Không có đơn vị cấp trên {code}", "There is no parent unit {code}"),
    "unit_code_repeated": ("Mã đơn vị {code} lặp lại", "The unit code {code} is repeated"),
    "unit_unknown": ("Không có đơn vị mã {code}", "There is no unit {code}"),
    "unit_closed": ("Đơn vị {code} đã chấm dứt hoạt động", "The unit {code} no longer exists"),
    "unit_not_yet": ("Đơn vị {code} chỉ hoạt động từ {valid_from}", "The unit {code} exists from {valid_from} on"),
    "unit_level_misplaced": (
        "Đơn vị cấp {unit_level} không thể trực thuộc đơn vị cấp {parent_level}; các cấp được phép: {expected}",
        "A unit of level {unit_level} cannot stand under one of level {parent_level}; allowed: {expected}",
    ),
    "unit_code_taken": ("Mã đơn vị {code} đã có", "The unit code {code} is taken"),
    "unit_before_parent": (
        "Đơn vị không thể có trước cấp trên (từ {valid_from})",
        "The unit cannot exist before its parent (since {valid_from})",
    ),
    "unit_after_parent": (
        "Đơn vị cấp trên đã chấm dứt từ {valid_to}",
        "The parent unit ended on {valid_to}",
    ),
    "unit_already_closed": ("Đơn vị đã chấm dứt từ {valid_to}", "The unit ended on {valid_to}"),
    "unit_not_closed": (
        "Đơn vị chưa có ngày chấm dứt để thu hồi",
        "The unit has no closing to take back",
    ),
    "unit_has_open_dossiers": (
        "Còn {dossiers} hồ sơ chưa kết thúc do đơn vị tiếp nhận hoặc giải quyết",
        "{dossiers} dossiers that the unit received or decides are still open",
    ),
    "closing_before_last_dossier": (
        "Đơn vị còn tiếp nhận hồ sơ đến ngày {last_day}; ngày chấm dứt phải sau ngày đó",
        "The unit registered dossiers until {last_day}; the closing date must lie after that day",
    ),
    "unit_has_children": (
        "Còn {children} đơn vị trực thuộc đang hoạt động",
        "{children} units below it still exist",
    ),
    "closing_before_beginning": (
        "Ngày chấm dứt phải sau {valid_from}",
        "The closing date must lie after {valid_from}",
    ),
    "unit_not_one_stop": ("Đơn vị không có Bộ phận Một cửa", "The unit has no one-stop desk"),
    "counter_code_taken": ("Mã quầy {code} đã có tại đơn vị này", "The counter code {code} is taken at this unit"),
    "agency_identifier_malformed": (
        "Mã định danh không đúng dạng (ví dụ H42.10)",
        "The agency identifier is not well-formed (e.g. H42.10)",
    ),
    "agency_identifier_taken": (
        "Mã định danh {code} đang do đơn vị khác dùng",
        "The agency identifier {code} is used by another unit",
    ),
    "agency_identifier_used": (
        "Đơn vị khác đã cấp mã hồ sơ theo mã định danh {code} đến ngày {last_day}; chỉ được dùng lại từ ngày hôm sau",
        "Another unit gave dossiers codes by the identifier {code} until {last_day}; it may be used from the next day",
    ),
    "identifier_before_present": (
        "Mã định danh hiện tại {code} có từ {valid_from}; mã mới phải bắt đầu sau ngày đó",
        "The present identifier {code} counts since {valid_from}; the new one must begin after that day",
    ),
}
