"""The explanation as an inspector reads it."""

import datetime as dt

from app.domain.calendars import CalendarEntry, DayKind
from app.domain.deadline_explanation import ExplanationLine, LineKind, explain
from app.domain.deadlines import (
    CountMode,
    DeadlinePolicy,
    Extension,
    Limit,
    LimitUnit,
    Suspension,
    SuspensionEffect,
)
from tests.domain.office import OFFICE, at, office_calendar

ONE_DAY = Limit(1, LimitUnit.WORKING_DAYS)
THREE_DAYS = Limit(3, LimitUnit.WORKING_DAYS)


def said(lines: tuple[ExplanationLine, ...]) -> list[str]:
    return [line.vi for line in lines]


def test_waits_and_the_extension_stand_among_the_half_days_they_interrupt() -> None:
    wait = Suspension(at("2026-11-23 10:00"), at("2026-11-25 10:00"), "supplement")
    payment = Suspension(at("2026-11-25 16:00"), at("2026-11-26 08:00"), "payment")
    extension = Extension(at("2026-11-26 09:00"), Limit(2, LimitUnit.WORKING_HOURS), basis="Mẫu 04")
    lines = explain(OFFICE, at("2026-11-23 08:00"), ONE_DAY, suspensions=[payment, wait], extensions=[extension])
    assert said(lines) == [
        "Tiếp nhận Thứ Hai 23/11/2026 08:00: tính từ lúc tiếp nhận.",
        "Thứ Hai 23/11/2026 sáng 08:00–10:00: tính 2 giờ",
        "Tạm dừng từ Thứ Hai 23/11/2026 10:00 đến Thứ Tư 25/11/2026 10:00 (chờ bổ sung hồ sơ): không tính 8 giờ",
        "Thứ Ba 24/11/2026: nghỉ (Ngày Văn hóa Việt Nam – NQ 28/2026/QH16)",
        "Thứ Tư 25/11/2026 sáng 10:00–11:30: tính 1 giờ 30 phút",
        "Thứ Tư 25/11/2026 chiều 13:30–16:00: tính 2 giờ 30 phút",
        (
            "Tạm dừng từ Thứ Tư 25/11/2026 16:00 đến Thứ Năm 26/11/2026 08:00 "
            "(chờ thực hiện nghĩa vụ tài chính): không tính 2 giờ"
        ),
        "Thứ Năm 26/11/2026 sáng 08:00–11:30: tính 3 giờ 30 phút",
        "Gia hạn lúc Thứ Năm 26/11/2026 09:00: hạn trả từ Thứ Năm 26/11/2026 10:00 sang Thứ Năm 26/11/2026 14:00",
        "Thứ Năm 26/11/2026 chiều 13:30–14:00: tính 30 phút",
        "Hạn trả kết quả: Thứ Năm 26/11/2026 14:00.",
    ]
    assert sum(line.minutes for line in lines if line.kind is LineKind.COUNTED) == 480 + 120


def test_a_restart_says_what_no_longer_counts() -> None:
    wait = Suspension(at("2026-11-25 10:00"), at("2026-11-26 10:00"), effect=SuspensionEffect.RESTART)
    lines = explain(OFFICE, at("2026-11-25 07:30"), ONE_DAY, suspensions=[wait])
    assert said(lines)[1:3] == [
        "Tạm dừng từ Thứ Tư 25/11/2026 10:00 đến Thứ Năm 26/11/2026 10:00 (chờ bổ sung hồ sơ): không tính 8 giờ",
        "Tính lại từ đầu từ Thứ Năm 26/11/2026 10:00; 2 giờ 30 phút đã tính trước đó không còn giá trị",
    ]
    assert sum(line.minutes for line in lines if line.kind is LineKind.COUNTED) == 480


def test_waits_that_change_nothing_say_so() -> None:
    waits = [
        Suspension(at("2026-11-25 08:00"), at("2026-11-25 09:00"), effect=SuspensionEffect.NONE),
        Suspension(at("2026-11-27 08:00"), at("2026-11-27 09:00")),
    ]
    lines = explain(OFFICE, at("2026-11-25 07:00"), ONE_DAY, suspensions=waits)
    assert [line.code for line in lines if line.kind is LineKind.SUSPENDED] == [
        "suspended_without_effect",
        "suspended_after_due",
    ]


def test_a_standing_clock_says_since_when_and_what_is_left() -> None:
    lines = explain(OFFICE, at("2026-11-25 07:00"), ONE_DAY, suspensions=[Suspension(at("2026-11-25 09:00"), None)])
    assert said(lines)[-2:] == [
        "Tạm dừng từ Thứ Tư 25/11/2026 09:00 (chờ bổ sung hồ sơ), chưa kết thúc",
        "Chưa có hạn trả: thời hạn tạm dừng từ Thứ Tư 25/11/2026 09:00; còn 6 giờ làm việc.",
    ]


def test_a_closure_of_hours_and_an_unconfirmed_day_are_named_with_their_act() -> None:
    cut = CalendarEntry(
        dt.date(2026, 11, 25), DayKind.CLOSURE, "Mất điện", "TB 9/UBND", closes_from=480, closes_to=600, layer="unit"
    )
    off = CalendarEntry(dt.date(2026, 11, 26), DayKind.REST, "Nghỉ", "Dự thảo", confidence="unverified", layer="unit")
    lines = explain(office_calendar(cut, off), at("2026-11-25 07:00"), ONE_DAY)
    assert [line.vi for line in lines if line.kind is LineKind.SKIPPED] == [
        "Thứ Tư 25/11/2026 08:00–10:00: tạm ngừng làm việc (Mất điện – TB 9/UBND)",
        "Thứ Năm 26/11/2026: nghỉ (Nghỉ – Dự thảo, chưa xác nhận)",
    ]


def test_a_swapped_saturday_names_its_act_and_a_date_beyond_the_confirmed_days_is_provisional() -> None:
    saturday = explain(OFFICE, at("2026-08-21 16:00"), ONE_DAY)
    assert "Thứ Bảy 22/08/2026 sáng 07:00–11:30: tính 4 giờ 30 phút (Làm bù – Thông báo 2026)" in said(saturday)
    assert explain(OFFICE, at("2026-12-31 16:00"), ONE_DAY)[-1].vi == (
        "Hạn trả kết quả (tạm tính, ngày nghỉ sau Thứ Năm 31/12/2026 chưa được xác nhận): Thứ Hai 04/01/2027 16:00."
    )


def test_day_counting_names_the_excluded_and_the_numbered_days() -> None:
    policy = DeadlinePolicy(count_mode=CountMode.DAYS)
    wait = Suspension(at("2026-11-25 16:00"), at("2026-11-26 08:00"))
    assert said(explain(OFFICE, at("2026-11-23 09:00"), Limit(2, LimitUnit.WORKING_DAYS), policy, [wait])) == [
        "Tiếp nhận Thứ Hai 23/11/2026 09:00: tính từ lúc tiếp nhận.",
        "Thứ Hai 23/11/2026: ngày đầu, không tính.",
        "Thứ Ba 24/11/2026: nghỉ (Ngày Văn hóa Việt Nam – NQ 28/2026/QH16)",
        "Thứ Tư 25/11/2026: không tính, hết giờ làm việc khi đang tạm dừng",
        "Tạm dừng từ Thứ Tư 25/11/2026 16:00 đến Thứ Năm 26/11/2026 08:00 (chờ bổ sung hồ sơ): không tính 2 giờ",
        "Thứ Năm 26/11/2026: ngày làm việc thứ 1",
        "Thứ Sáu 27/11/2026: ngày làm việc thứ 2",
        "Hạn trả kết quả: Thứ Sáu 27/11/2026 17:00.",
    ]


def test_calendar_days_that_end_on_closed_time_say_where_they_moved() -> None:
    lines = explain(OFFICE, at("2026-11-26 10:00"), Limit(2, LimitUnit.CALENDAR_DAYS))
    assert said(lines)[1:] == [
        "Ngày thứ 1: Thứ Năm 26/11/2026 10:00 – Thứ Sáu 27/11/2026 10:00",
        "Ngày thứ 2: Thứ Sáu 27/11/2026 10:00 – Thứ Bảy 28/11/2026 10:00",
        "Thứ Bảy 28/11/2026: nghỉ hằng tuần",
        "Chủ Nhật 29/11/2026: nghỉ hằng tuần",
        "Hết hạn lúc Thứ Bảy 28/11/2026 10:00, ngoài giờ làm việc: chuyển sang giờ mở cửa Thứ Hai 30/11/2026 07:00",
        "Hạn trả kết quả: Thứ Hai 30/11/2026 07:00.",
    ]


def test_a_same_day_result_received_after_15h_says_so() -> None:
    lines = explain(OFFICE, at("2026-11-23 15:01"), Limit(1, LimitUnit.SAME_DAY))
    assert said(lines) == [
        "Tiếp nhận Thứ Hai 23/11/2026 15:01, sau 15:00: trả kết quả trong ngày làm việc tiếp theo.",
        "Thứ Ba 24/11/2026: nghỉ (Ngày Văn hóa Việt Nam – NQ 28/2026/QH16)",
        "Hạn trả kết quả: Thứ Tư 25/11/2026 17:00.",
    ]


def test_parameters_are_plain_json_values() -> None:
    for line in explain(
        OFFICE, at("2026-11-23 11:45"), THREE_DAYS, suspensions=[Suspension(at("2026-11-25 10:00"), None)]
    ):
        assert all(isinstance(value, str | int) for value in line.params.values())


def test_an_extension_at_the_instant_two_recorded_waits_meet_is_explained() -> None:
    waits = [
        Suspension(at("2026-11-25 08:00"), at("2026-11-25 09:00")),
        Suspension(at("2026-11-25 09:00"), at("2026-11-25 10:00"), effect=SuspensionEffect.NONE),
    ]
    extension = Extension(at("2026-11-25 09:00"), ONE_DAY)
    lines = explain(OFFICE, at("2026-11-25 07:00"), ONE_DAY, suspensions=waits, extensions=[extension])
    assert [line.code for line in lines if line.kind not in {LineKind.COUNTED, LineKind.DUE}] == [
        "start_at_receipt",
        "suspended",
        "extended",
        "suspended_without_effect",
    ]
    assert sum(line.minutes for line in lines if line.kind is LineKind.COUNTED) == 960
