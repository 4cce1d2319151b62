"""Faults of calendars, of the clock and of its limits, in Vietnamese and English."""

MESSAGES: dict[str, tuple[str, str]] = {
    # Shape of times and numbers.
    "int_from_float": ("Phải là số nguyên", "Must be an integer"),
    "datetime_type": ("Thời điểm phải là chuỗi RFC 3339", "The instant must be an RFC 3339 string"),
    "instant_out_of_range": ("Năm nằm ngoài khoảng 1900–2199", "The year lies outside 1900–2199"),
    "clock_time_invalid": ("Giờ phải có dạng HH:MM, từ 00:00 đến 24:00", "A time of day is HH:MM, 00:00 to 24:00"),
    "time_zone_missing": ("Thời điểm phải kèm múi giờ", "The instant must carry a UTC offset"),
    # Limits, waits and extensions.
    "limit_not_positive": ("Thời hạn phải lớn hơn 0", "The limit must be greater than 0"),
    "limit_absurd": (
        "Thời hạn {value} vượt mức dài nhất có thể ({longest})",
        "A limit of {value} is beyond the longest possible ({longest})",
    ),
    "policy_absurd": ("Giá trị {value} của quy tắc thời hạn không hợp lệ", "{value} cannot be a rule of the clock"),
    "suspension_inverted": (
        "Khoảng tạm dừng kết thúc trước khi bắt đầu",
        "The suspension ends before it begins",
    ),
    "suspension_before_receipt": (
        "Khoảng tạm dừng bắt đầu trước lúc tiếp nhận",
        "The suspension begins before the receipt",
    ),
    "suspension_overlap": (
        "Khoảng tạm dừng chồng lên khoảng tạm dừng khác",
        "The suspension overlaps another one",
    ),
    "extension_ambiguous": (
        "Gia hạn phải nêu hoặc thời gian thêm, hoặc hạn mới, không nêu cả hai",
        "An extension gives either more time or a new due time, not both",
    ),
    "extension_unit_unsupported": (
        "Không thể gia hạn theo buổi hoặc trong ngày",
        "An extension cannot be given as a half-day or a same-day limit",
    ),
    "extension_before_receipt": ("Gia hạn trước lúc tiếp nhận", "The extension comes before the receipt"),
    "extension_while_suspended": (
        "Không thể gia hạn khi thời hạn đang tạm dừng",
        "A limit cannot be extended while it is suspended",
    ),
    "second_extension": (
        "Chỉ được gia hạn tối đa {allowed} lần",
        "The limit may be extended at most {allowed} time(s)",
    ),
    "extension_after_breach": (
        "Đã quá hạn, không thể gia hạn; văn bản xin lỗi phải gửi trước khi hết hạn",
        "The due time has passed; an apology with an extension must come before it",
    ),
    "extension_not_later": ("Hạn mới phải sau hạn hiện tại", "The new due time must be later than the present one"),
    "clock_policy_missing": (
        "Chưa có quy tắc thời hạn áp dụng cho ngày {day}",
        "No rules of the clock were in force on {day}",
    ),
    "clock_policy_unknown": ("Không có quy tắc thời hạn này", "There are no such rules of the clock"),
    # Calendars.
    "calendar_exhausted": (
        "Thời điểm nằm ngoài các năm đã có lịch làm việc; hãy bổ sung lịch trước",
        "Beyond the years that have a calendar; they must be loaded first",
    ),
    "before_calendar": ("Lịch làm việc chỉ có từ ngày {first_day}", "The calendar begins on {first_day}"),
    "calendar_missing": ("Chưa có lịch làm việc", "There is no calendar yet"),
    "calendar_unknown": ("Không có đơn vị này", "There is no such unit"),
    "calendar_day_unknown": (
        "Lịch này không có quy định riêng cho ngày {day}",
        "This calendar says nothing of its own about {day}",
    ),
    "calendar_range_inverted": ("Ngày cuối trước ngày đầu", "The last day is before the first"),
    "calendar_layer_unknown": ("Không có lớp lịch {layer}", "There is no layer {layer}"),
    "calendar_entry_without_source": (
        "Thiếu văn bản làm căn cứ cho ngày {day}",
        "The legal act for {day} is missing",
    ),
    "calendar_entry_out_of_range": (
        "Ngày {day} nằm ngoài lịch; ngày nghỉ toàn quốc của năm đó phải có trước",
        "{day} lies outside the calendar; the national days of that year come first",
    ),
    "calendar_entry_conflict": (
        "Ngày {day} có hai quy định trái nhau",
        "Two contradicting entries for {day}",
    ),
    "closure_times_missing": (
        "Đóng cửa một phần ngày {day} cần closes_from và closes_to",
        "Closing for a part of {day} needs closes_from and closes_to",
    ),
    "closure_times_on_whole_day": (
        "closes_from và closes_to chỉ dùng cho loại closure",
        "closes_from and closes_to belong to the kind closure only",
    ),
    "closure_inverted": ("Giờ đóng cửa phải trước giờ mở lại", "A closure must end after it begins"),
    "replaces_without_swap": (
        "replaces chỉ dùng cho ngày hoán đổi",
        "replaces belongs to swapped days only",
    ),
    "calendar_entry_repeated": (
        "Ngày {day} được khai hai lần",
        "{day} is given twice",
    ),
    "calendar_change_empty": (
        "Chưa có thay đổi nào",
        "There is no change",
    ),
    "removal_without_source": (
        "Bỏ quy định của một ngày cần nêu văn bản làm căn cứ",
        "Taking back what a day is needs the act that does so",
    ),
    "day_of_another_year": (
        "Ngày {day} không thuộc năm {year}",
        "{day} is not in {year}",
    ),
    "year_before_unconfirmed": (
        "Lịch năm {year} chưa được xác nhận đến hết năm; hãy xác nhận trước",
        "The calendar of {year} is not confirmed to its end; confirm it first",
    ),
    "calendar_file_kind": (
        "Tệp lịch phải là một trong: {expected}",
        "A calendar file is one of: {expected}",
    ),
    "calendar_file_malformed": (
        "Không đọc được tệp lịch",
        "The calendar file cannot be read",
    ),
    "event_recurs": (
        "Sự kiện lặp lại không được nhận; hãy ghi từng ngày",
        "Recurring events are not taken; write each day",
    ),
    "event_too_long": (
        "Sự kiện dài quá {most} ngày hoặc kết thúc trước khi bắt đầu",
        "The event lasts longer than {most} days, or ends before it begins",
    ),
    "event_without_time": (
        "Sự kiện thiếu thời gian bắt đầu hoặc kết thúc",
        "The event has no beginning or no end",
    ),
    "weekly_hours_missing": ("Lịch chưa có giờ làm việc trong tuần", "The calendar has no weekly hours"),
    "weekly_hours_duplicate": (
        "Một ngày trong tuần được khai hai lần trong cùng một thời kỳ",
        "A weekday is given twice in one period",
    ),
    "weekday_invalid": ("Ngày trong tuần phải từ 0 (thứ Hai) đến 6", "A weekday is 0 (Monday) to 6"),
    "weekly_validity_inverted": ("Thời kỳ kết thúc trước khi bắt đầu", "The period ends before it begins"),
    "session_outside_day": ("Buổi làm việc nằm ngoài ngày", "The session lies outside the day"),
    "session_inverted": ("Giờ đóng cửa phải sau giờ mở cửa", "A session must close after it opens"),
    "session_overlap": ("Các buổi làm việc chồng lên nhau", "Sessions overlap"),
    "working_day_without_hours": ("Ngày làm việc {day} không có giờ làm việc", "The working day {day} has no hours"),
    "calendar_without_working_time": (
        "Lịch không có giờ làm việc từ {from} đến {to}",
        "The calendar has no working time from {from} to {to}",
    ),
    "known_until_without_days": (
        "Lịch chỉ có ngày đến hết {last_day}; không thể xác nhận xa hơn",
        "The calendar has days up to {last_day}; it cannot be confirmed beyond",
    ),
    "known_until_required": (
        "Lịch toàn quốc phải có ngày xác nhận cuối cùng",
        "The national calendar must say until when it is confirmed",
    ),
    # Warnings.
    "calendar_known_until_near": (
        "Ngày nghỉ sau {known_until} chưa được xác nhận; còn {days_left} ngày",
        "Days off after {known_until} are not confirmed; {days_left} days are left",
    ),
    "calendar_known_until_passed": (
        "Lịch chỉ được xác nhận đến {known_until}; mọi hạn trả sau đó là tạm tính",
        "The calendar was confirmed until {known_until}; every later due time is provisional",
    ),
}
