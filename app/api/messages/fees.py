"""Faults of tariffs, charges, receipts and the cashier's day, in Vietnamese and English."""

MESSAGES: dict[str, tuple[str, str]] = {
    "tariff_unknown": ("Không có mức thu này", "There is no such tariff"),
    "tariff_overlaps": (
        "Đã có mức thu cùng mã có hiệu lực trong thời gian này (số {tariff}); hãy chấm dứt mức cũ trước",
        "One of the same code is in force in this period (no. {tariff}); end it first",
    ),
    "tariff_ends_in_past": (
        "Chỉ chấm dứt từ hôm nay trở đi; đã hết hiệu lực thì không sửa lại",
        "It can only end today or later; what has ended stays as it was",
    ),
    "tariff_ends_earlier": (
        "Mức này đã được định kết thúc ngày {valid_to}; chỉ có thể kết thúc sớm hơn",
        "It ends on {valid_to} already; it can only end earlier",
    ),
    "tariff_period_reversed": ("Ngày kết thúc phải sau ngày bắt đầu", "The end must be after the beginning"),
    "fee_steps_out_of_order": (
        "Các bậc giá phải tăng dần theo số lượng",
        "The steps of the price must ascend by quantity",
    ),
    "fee_not_known": (
        "Chưa có mức thu trên kênh này; quản trị đơn vị hoặc tỉnh phải nhập biểu phí",
        "No fee is known on this channel; an administrator must set the tariff",
    ),
    "fee_set_by_council": (
        "Mức thu do HĐND cấp tỉnh quyết định và chưa được nhập vào biểu phí",
        "The provincial council sets this fee, and it has not been entered yet",
    ),
    "fee_ground_unknown": (
        "Không có căn cứ miễn, giảm {ground} cho thủ tục và ngày này",
        "There is no ground {ground} for this procedure and day",
    ),
    "fee_papers_missing": (
        "Phí tính theo trang, bản hoặc trường hợp: cần kê giấy tờ",
        "The fee counts pages, copies or cases: list the papers",
    ),
    "fee_after_end": (
        "Hồ sơ đã kết thúc không kết quả ({state}): không tính phí",
        "The dossier ended without a result ({state}): nothing is charged",
    ),
    "fee_collected_already": (
        "Đã thu {collected_vnd} đồng, biểu phí là {total_vnd}, chênh {difference_vnd}: thu thêm phải ghi lý do",
        "{collected_vnd} đồng were taken, the tariff says {total_vnd}, {difference_vnd} more: say why more is charged",
    ),
    "fee_not_additional": (
        "Chưa thu khoản nào (hoặc đã hoàn hết): không phải là thu thêm",
        "Nothing was collected (or all was given back): this is no additional charge",
    ),
    "additional_charge_open": (
        "Khoản thu thêm số {charge} còn chờ thu; hãy thu trước rồi mới hủy biên lai này",
        "The additional charge no. {charge} waits to be collected: collect it before this receipt is voided",
    ),
    "payment_request_not_open": (
        "Không có yêu cầu thực hiện nghĩa vụ tài chính đang chờ",
        "No payment request is open",
    ),
    "payment_request_names_amount": (
        "Số tiền theo yêu cầu của cơ quan giải quyết: không kê giấy tờ, không miễn giảm",
        "The agency named the amount: no papers and no exemption",
    ),
    "charge_not_open": ("Không có khoản nào đang chờ thu", "No charge waits to be collected"),
    "charge_changed": (
        "Khoản phải thu hiện là {amount_vnd} đồng; hãy xem lại trước khi thu",
        "The charge is {amount_vnd} đồng now; look again before collecting",
    ),
    "cash_day_closed": ("Quỹ của ngày này đã chốt", "The cashier's day is closed"),
    "receipt_unknown": ("Không có biên lai này trong phạm vi của bạn", "There is no such receipt in your scope"),
    "receipt_of_other_cashier": (
        "Biên lai do người khác thu; chỉ người thu hoặc người được hoàn phí mới hủy được",
        "Another cashier took the money; only they or somebody who may refund can void it",
    ),
    "receipt_voided": ("Biên lai đã hủy", "The receipt is void"),
    "receipt_refunded": ("Biên lai đã hoàn tiền, không hủy được", "Money was given back for it already"),
    "receipt_confirms_payment": (
        "Biên lai đã xác nhận nghĩa vụ tài chính của hồ sơ: không hủy, chỉ hoàn phí",
        "The receipt confirmed the dossier's payment: refund it instead",
    ),
    "receipt_of_earlier_day": (
        "Chỉ hủy biên lai trong ngày thu; sau đó phải hoàn phí",
        "A receipt can be voided on its day only; refund it instead",
    ),
    "refund_exceeds_receipt": ("Chỉ còn {left_vnd} đồng có thể hoàn", "Only {left_vnd} đồng can be given back"),
    "payment_reference_missing": (
        "Thu bằng {method} phải ghi số tham chiếu của giao dịch",
        "Money taken by {method} needs the reference of the transaction",
    ),
    "till_too_small": (
        "Quỹ tiền mặt của ngày còn {till_vnd} đồng, không đủ chi {amount_vnd} đồng",
        "The day's till holds {till_vnd} đồng in cash, less than {amount_vnd} đồng",
    ),
    "till_day_empty": (
        "Ngày {day} bạn không thu, không hoàn và không khai tiền đầu ngày: không có quỹ để khai hay chốt",
        "On {day} you took in, gave back and started with nothing: there is no till to open or close",
    ),
    "till_opening_given_back": (
        "Quỹ đầu ngày ít nhất phải là {least_vnd} đồng: đã chi hoàn từ quỹ số ấy, không thể khai {opening_vnd}",
        "The till started with at least {least_vnd} đồng, which were given back out of it; {opening_vnd} cannot be",
    ),
    "refund_needs_till": (
        "Hoàn bằng tiền mặt phải do người có quỹ tại đơn vị thực hiện",
        "Cash can be given back only by somebody with a till in the unit",
    ),
    "cash_difference_unexplained": (
        "Sổ {expected_vnd} đồng, kiểm đếm {counted_vnd} đồng, chênh lệch {difference_vnd} đồng: phải giải trình",
        "Expected {expected_vnd} đồng, counted {counted_vnd}, difference {difference_vnd}: explain it",
    ),
    "note_unknown": ("Không có tờ tiền mệnh giá {note} đồng", "There is no note of {note} đồng"),
    "note_repeated": ("Một mệnh giá kê hai lần", "A note is listed twice"),
    "counted_differs_from_notes": (
        "Tổng không khớp bảng kê mệnh giá ({notes_vnd} đồng)",
        "The total differs from the notes ({notes_vnd} đồng)",
    ),
}
