"""Faults of originals and their hand-overs, in Vietnamese and English."""

MESSAGES: dict[str, tuple[str, str]] = {
    "barcode_malformed": (
        "Không phải mã vạch bản chính (GT- và mười chữ số, chữ số cuối để kiểm tra)",
        "This is no barcode of an original (GT- and ten digits, the last a check)",
    ),
    "original_unknown": ("Không có bản chính mang mã {barcode}", "There is no original {barcode}"),
    "original_repeated": ("Mã {barcode} quét hai lần", "{barcode} was scanned twice"),
    "original_returned": ("Bản chính {barcode} đã trả công dân", "The original {barcode} has been returned"),
    "original_on_its_way": (
        "Bản chính {barcode} đang trên đường giao, chưa có người nhận",
        "The original {barcode} is on its way and not yet received",
    ),
    "original_held_elsewhere": (
        "Bản chính {barcode} do đơn vị khác đang giữ",
        "The original {barcode} is held by another unit",
    ),
    "original_there_already": (
        "Bản chính {barcode} đã ở nơi nhận",
        "The original {barcode} lies there already",
    ),
    "originals_of_several_dossiers": (
        "Mỗi lần trả công dân chỉ trả bản chính của một hồ sơ",
        "What goes to a citizen belongs to one dossier",
    ),
    "originals_of_several_units": (
        "Các bản chính đang do nhiều đơn vị giữ; mỗi đơn vị giao riêng",
        "The originals are held by several units; each gives its own",
    ),
    "original_not_in_hand_over": (
        "Bản chính {barcode} không thuộc lần giao này",
        "The original {barcode} does not belong to this hand-over",
    ),
    "original_confirmed_already": (
        "Bản chính {barcode} đã được nhận hoặc lấy lại",
        "The original {barcode} was received or taken back before",
    ),
    "original_for_somebody_else": (
        "Lần giao này chỉ đích danh người khác nhận",
        "This hand-over is for another person to receive",
    ),
    "not_for_this_place": (
        "Không dùng khi giao tới nơi nhận loại này ({place})",
        "This does not belong to a hand-over to such a place ({place})",
    ),
    "hand_over_unknown": (
        "Không có lần giao này trong phạm vi của bạn",
        "There is no such hand-over in your scope",
    ),
}
