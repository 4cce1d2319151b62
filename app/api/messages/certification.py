"""Faults of the fast lane for certification, in Vietnamese and English."""

MESSAGES: dict[str, tuple[str, str]] = {
    "procedure_not_in_fast_lane": (
        "Thủ tục {code} không làm nhanh tại quầy; đăng ký theo cách thường",
        "Procedure {code} is not in the fast lane; register it the ordinary way",
    ),
    "certification_too_many": (
        "Tối đa {most} bản trong một lần; hãy chia thành nhiều hồ sơ",
        "At most {most} copies at once; make several dossiers",
    ),
    "certification_unpaid": (
        "Phải nộp {amount_vnd} đồng: nêu hình thức đã thu trước khi trả bản chứng thực",
        "{amount_vnd} đồng are to be paid: say how, before the copies are handed over",
    ),
    "certification_unknown": ("Hồ sơ này không chứng thực gì", "Nothing was certified by this dossier"),
    "signer_missing": ("Chưa nêu người ký chứng thực", "Say who signs"),
    "signer_may_not_sign": (
        "Người này không có quyền ký chứng thực của đơn vị",
        "This person may not sign for the unit",
    ),
    "certification_book_unknown": ("Không có sổ chứng thực {book}", "There is no register {book}"),
}
