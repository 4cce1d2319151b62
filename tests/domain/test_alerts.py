"""The rungs of a due time, and what is told only while the office is open."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.alerts import (
    AlertKind,
    AlertThresholds,
    due_rung,
    expiry_stops,
    reminder_is_due,
    reply_due,
    scan_moment,
)
from app.domain.deadlines import Limit, LimitUnit, promise
from tests.domain.office import OFFICE, at

ONE_DAY = AlertThresholds()
RANK = {None: 0, AlertKind.NEAR_DUE: 1, AlertKind.DUE_TODAY: 2, AlertKind.OVERDUE: 3}


def rung(accepted: str, due: str, now: str, thresholds: AlertThresholds = ONE_DAY) -> AlertKind | None:
    return due_rung(OFFICE, thresholds, at(now), accepted_at=at(accepted), promised_due_at=at(due), due_at=at(due))


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        ("2026-11-25 17:00", None),
        ("2026-11-26 07:00", AlertKind.NEAR_DUE),
        ("2026-11-26 16:59", AlertKind.NEAR_DUE),
        ("2026-11-27 07:00", AlertKind.DUE_TODAY),
        ("2026-11-27 09:00", AlertKind.DUE_TODAY),
        ("2026-11-27 09:01", AlertKind.OVERDUE),
        ("2026-12-01 08:00", AlertKind.OVERDUE),
    ],
)
def test_three_working_days_pass_one_rung_after_the_other(now: str, expected: AlertKind | None) -> None:
    assert rung("2026-11-23 09:00", "2026-11-27 09:00", now) is expected


def test_the_working_day_before_skips_holidays_and_weekends() -> None:
    """Due on Wednesday 25/11: the day before is a holiday, the two before that a weekend."""
    assert rung("2026-11-19 10:00", "2026-11-25 10:00", "2026-11-20 16:00") is None
    assert rung("2026-11-19 10:00", "2026-11-25 10:00", "2026-11-23 07:00") is AlertKind.NEAR_DUE


def test_of_a_day_or_less_the_last_third_is_near() -> None:
    """Same day: accepted 08:00, due 17:00, seven working hours; the last third begins at 14:40."""
    assert rung("2026-11-25 08:00", "2026-11-25 17:00", "2026-11-25 14:39") is None
    assert rung("2026-11-25 08:00", "2026-11-25 17:00", "2026-11-25 14:40") is AlertKind.NEAR_DUE


def test_a_day_accepted_yesterday_is_due_today_from_the_opening() -> None:
    assert rung("2026-11-25 14:00", "2026-11-26 14:00", "2026-11-26 07:00") is AlertKind.DUE_TODAY


def test_how_early_is_configuration() -> None:
    early = AlertThresholds(near_due_days=2)
    assert rung("2026-11-23 09:00", "2026-11-27 09:00", "2026-11-25 07:00", early) is AlertKind.NEAR_DUE


@given(
    accepted=st.integers(0, 200 * 1440),
    days=st.integers(1, 20),
    steps=st.lists(st.integers(0, 40 * 1440), min_size=2, max_size=2),
)
def test_time_never_goes_back_a_rung(accepted: int, days: int, steps: list[int]) -> None:
    accepted_at = at("2026-03-01 00:00") + dt.timedelta(minutes=accepted)
    due_at = promise(OFFICE, accepted_at, Limit(days, LimitUnit.WORKING_DAYS)).due_at
    assert due_at is not None
    earlier, later = sorted(steps)
    ranks = [
        RANK[
            due_rung(
                OFFICE,
                ONE_DAY,
                accepted_at + dt.timedelta(minutes=step),
                accepted_at=accepted_at,
                promised_due_at=due_at,
                due_at=due_at,
            )
        ]
        for step in (earlier, later)
    ]
    assert ranks == sorted(ranks)


@pytest.mark.parametrize(
    "closed",
    ["2026-11-25 00:00", "2026-11-25 06:59", "2026-11-25 12:00", "2026-11-25 17:00", "2026-11-24 09:00",
     "2026-11-28 09:00", "2026-11-29 23:59"],
)  # fmt: skip
def test_nobody_is_looked_for_while_the_office_is_closed(closed: str) -> None:
    assert scan_moment(OFFICE, ONE_DAY, at(closed)) is None


def test_what_a_look_compares_with_is_counted_in_working_time() -> None:
    moment = scan_moment(OFFICE, ONE_DAY, at("2026-11-25 09:00"))
    assert moment is not None
    assert moment.climbs_from == at("2026-11-23 15:00")
    assert moment.idle_since == dt.date(2026, 11, 17)
    assert moment.last_near_day == dt.date(2026, 11, 26)


def test_an_online_submission_of_friday_afternoon_is_answered_by_monday_afternoon() -> None:
    """NĐ 118/2025: eight working hours [unverified, configuration]."""
    due_at, near = reply_due(OFFICE, at("2026-11-30 10:00"), asked_at=at("2026-11-27 15:00"), reply_hours=8)
    assert due_at == at("2026-11-30 15:00")
    assert not near
    assert reply_due(OFFICE, at("2026-11-30 11:00"), asked_at=at("2026-11-27 15:00"), reply_hours=8)[1]


def test_a_request_is_reminded_of_three_working_days_before_it_runs_out() -> None:
    sunday = at("2026-11-29 23:59")
    assert not reminder_is_due(OFFICE, ONE_DAY, at("2026-11-23 16:59"), answer_due_at=sunday)
    assert reminder_is_due(OFFICE, ONE_DAY, at("2026-11-25 07:00"), answer_due_at=sunday)


def test_a_dossier_is_stopped_only_after_a_reminder_of_a_day_before() -> None:
    over, now = at("2026-11-29 23:59"), at("2026-11-30 07:00")
    assert expiry_stops(now, answer_due_at=over, reminded_at=at("2026-11-25 07:00"))
    assert not expiry_stops(now, answer_due_at=over, reminded_at=None)
    assert not expiry_stops(now, answer_due_at=over, reminded_at=at("2026-11-30 07:00"))
    assert not expiry_stops(at("2026-11-27 16:00"), answer_due_at=over, reminded_at=at("2026-11-25 07:00"))
