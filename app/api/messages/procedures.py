"""Faults of procedures, in Vietnamese and English."""

MESSAGES: dict[str, tuple[str, str]] = {
    "procedure_code_malformed": (
        "Mã thủ tục phải có dạng 1.001193 (hoặc dạng dài cũ 1.001193.000.00.00.H42)",
        "A procedure code looks like 1.001193 (or the old long form 1.001193.000.00.00.H42)",
    ),
    "procedure_version_unknown": (
        "Thủ tục không có phiên bản {version}",
        "The procedure has no version {version}",
    ),
    "procedure_exists": ("Thủ tục {code} đã có trong danh mục", "The procedure {code} is in the catalogue already"),
    "draft_exists": (
        "Thủ tục đang có bản thảo (phiên bản {version}); hãy sửa hoặc công bố bản thảo đó",
        "The procedure has an open draft (version {version}); change or publish that one",
    ),
    "draft_unknown": ("Thủ tục {code} không có bản thảo", "The procedure {code} has no open draft"),
    "version_published": (
        "Phiên bản {version} đã công bố nên không thể thay đổi; hãy soạn phiên bản mới",
        "Version {version} is published and cannot change; begin a new version",
    ),
    "valid_from_before_previous": (
        "Ngày hiệu lực không được trước ngày hiệu lực của phiên bản đang công bố ({valid_from})",
        "The new version cannot take effect before the published one does ({valid_from})",
    ),
    "case_variant_repeated": ("Trường hợp {code} bị lặp", "The case {code} is listed twice"),
    "case_requires_unknown": (
        "Trường hợp đòi thành phần {component} không có trong danh sách",
        "The case requires the component {component}, which is not listed",
    ),
    "component_code_repeated": ("Mã thành phần hồ sơ {code} bị lặp", "The component code {code} is used twice"),
    "term_repeated": ("Thời hạn của kênh {code} bị lặp", "The channel {code} has two limits for the same case"),
    "fee_repeated": ("Phí, lệ phí {code} bị lặp trên cùng kênh", "The fee {code} is listed twice on one channel"),
    "fee_tariff_invalid": (
        "Các bậc của mức phí phải tăng dần từ đơn vị thứ hai",
        "The steps of a tariff ascend from the second unit on",
    ),
    "committed_above_statutory": (
        "Thời hạn cam kết ({committed}) dài hơn thời hạn theo quy định ({statutory})",
        "The committed limit ({committed}) is longer than the statutory one ({statutory})",
    ),
    "terms_missing": ("Chưa có thời hạn giải quyết cho kênh nào", "No channel has a time limit"),
    "term_missing_for_channel": (
        "Kênh {channel} chưa có thời hạn giải quyết",
        "The channel {channel} has no time limit",
    ),
    "term_missing_for_case": (
        "Kênh {channel} chưa có thời hạn cho trường hợp: {case_variants}",
        "The channel {channel} has no time limit for the cases: {case_variants}",
    ),
    "level_excludes_online": (
        "Dịch vụ chỉ cung cấp thông tin thì không có thời hạn nộp trực tuyến",
        "A service that only informs has no limit for online filing",
    ),
    "replacement_unknown": (
        "Thủ tục thay thế {code} không có trong danh mục",
        "The replacing procedure {code} is not in the catalogue",
    ),
    "replacement_circular": (
        "Thủ tục {code} lại được thay bằng chính thủ tục này",
        "The procedure {code} is itself replaced by this one",
    ),
    "import_not_csv": ("Nội dung phải là text/csv", "The body must be text/csv"),
    "import_not_utf8": ("Tệp phải mã hóa UTF-8", "The file must be encoded in UTF-8"),
    "import_malformed": ("Tệp CSV hỏng ở gần dòng {line}", "The CSV is broken near line {line}"),
    "import_too_long": ("Tệp có {rows} dòng, tối đa {most}", "The file has {rows} rows, at most {most} are taken"),
    "import_row_width": ("Số ô của dòng không khớp tiêu đề", "The row has more or fewer cells than the header"),
    "import_cell_unreadable": ("Không đọc được ô {column}", "The cell {column} cannot be read"),
    "import_code_repeated": (
        "Mã {code} xuất hiện nhiều lần trong tệp",
        "The code {code} appears more than once in the file",
    ),
}
