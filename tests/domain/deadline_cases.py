"""Random calendars and dossiers from a seed, and the comparison of the engine with the slow model over them.

`python -m tests.domain.deadline_cases SEED CASES` runs as many as wanted and prints every difference.
"""

import dataclasses
import datetime as dt
import random
import sys
from collections.abc import Iterator

from app.domain.calendars import CalendarEntry, DayKind, Session, WeeklyHours, WorkingCalendar, compile_calendar
from app.domain.deadline_explanation import LineKind, explain
from app.domain.deadlines import (
    CountMode,
    DeadlinePolicy,
    Extension,
    Limit,
    LimitUnit,
    Suspension,
    SuspensionEffect,
    current_deadline,
    minutes_left,
    minutes_used,
    promise,
)
from app.domain.errors import InvalidInput
from app.domain.working_calendar import LOCAL_TIME
from tests.domain.slow_deadlines import SlowCalendar, SlowClock

FIRST_DAY, LAST_DAY = dt.date(2026, 1, 1), dt.date(2026, 5, 31)
CASES_PER_CALENDAR = 100
LAYERS = ("national", "province", "unit")
DAYS = [FIRST_DAY + dt.timedelta(days=n) for n in range((LAST_DAY - FIRST_DAY).days + 1)]
SHAPES = (
    (Session(420, 690), Session(810, 1020)),
    (Session(450, 690), Session(780, 990)),
    (Session(480, 720), Session(720, 1020)),
    (Session(420, 690),),
    (Session(0, 360), Session(361, 1440)),
    (Session(600, 601), Session(780, 1000), Session(1080, 1200)),
)


@dataclasses.dataclass(frozen=True, slots=True)
class Dossier:
    received_at: dt.datetime
    limit: Limit
    policy: DeadlinePolicy
    suspensions: tuple[Suspension, ...]
    extensions: tuple[Extension, ...]
    looked_at: dt.datetime


def random_calendar(rng: random.Random) -> tuple[WorkingCalendar, SlowCalendar]:
    weekly = [WeeklyHours(weekday, rng.choice(SHAPES[:3])) for weekday in range(5)]
    if rng.random() < 0.3:
        weekly += [WeeklyHours(weekday, rng.choice(SHAPES), layer="unit") for weekday in rng.sample(range(7), 2)]
    if rng.random() < 0.5:
        start = rng.choice(DAYS)
        summer = (start, start + dt.timedelta(days=rng.randrange(60)))
        weekly += [WeeklyHours(weekday, SHAPES[1], *summer) for weekday in range(rng.randrange(1, 7))]
    entries: dict[tuple[dt.date, str], CalendarEntry] = {}
    closures: list[CalendarEntry] = []
    for _ in range(rng.randrange(25)):
        day, layer = rng.choice(DAYS), rng.choice(LAYERS)
        kind = rng.choice(list(DayKind))
        if kind is DayKind.CLOSURE:
            opens, closes = sorted(rng.sample(range(0, 1441, rng.choice((1, 30))), 2))
            closures.append(
                CalendarEntry(day, kind, "Mất điện", "TB 1", closes_from=opens, closes_to=closes, layer=layer)
            )
        else:
            replaces = rng.choice([None, rng.choice(DAYS)]) if kind is DayKind.SWAP_WORK else None
            entries[day, layer] = CalendarEntry(day, kind, "Ngày", "QĐ 1", layer=layer, replaces=replaces)
    if rng.random() < 0.3:
        start = rng.choice(DAYS[:60])
        tet = [start + dt.timedelta(days=n) for n in range(rng.randrange(3, 20))]
        entries |= {(day, "national"): CalendarEntry(day, DayKind.HOLIDAY, "Tết", "QĐ 2") for day in tet}
    listed = [*entries.values(), *closures]
    rng.shuffle(listed)
    compiled = compile_calendar(
        weekly, listed, first_day=FIRST_DAY, last_day=LAST_DAY, known_until=LAST_DAY, version="random"
    )
    return compiled, SlowCalendar(weekly, listed, FIRST_DAY, LAST_DAY)


def random_dossier(rng: random.Random) -> Dossier:
    received = dt.datetime.combine(rng.choice(DAYS[1:40]), dt.time(), LOCAL_TIME)
    received += dt.timedelta(minutes=_moment(rng), seconds=rng.randrange(60))
    unit = rng.choice(list(LimitUnit))
    longest = {LimitUnit.WORKING_HOURS: 30, LimitUnit.WORKING_DAYS: 4, LimitUnit.CALENDAR_DAYS: 5}
    limit = Limit(rng.randint(1, longest.get(unit, 1)), unit)
    policy = DeadlinePolicy(
        count_mode=rng.choice(list(CountMode)),
        same_day_cutoff=rng.choice((900, 900, 600, 0)),
        minutes_per_working_day=rng.choice((480, 480, 450, 1)),
    )
    times = _rising(rng, received)
    suspensions = []
    for _ in range(rng.choice((0, 0, 1, 1, 2, 3))):
        start, end = next(times), next(times)
        effect = rng.choice((SuspensionEffect.PAUSE, SuspensionEffect.PAUSE, *SuspensionEffect))
        suspensions.append(Suspension(start, end, effect=effect))
    if suspensions and rng.random() < 0.1:
        suspensions[-1] = dataclasses.replace(suspensions[-1], end=None)
    rng.shuffle(suspensions)
    granted = received + dt.timedelta(minutes=rng.randrange(4000))
    extensions = (_extension(rng, granted),) if rng.random() < 0.3 else ()
    looked_at = received + dt.timedelta(minutes=rng.randrange(12_000))
    return Dossier(received, limit, policy, tuple(suspensions), extensions, looked_at)


def _moment(rng: random.Random) -> int:
    return rng.choice((rng.randrange(1440), rng.randrange(400, 1040), rng.choice((420, 690, 689, 810, 900, 901, 1020))))


def _rising(rng: random.Random, start: dt.datetime) -> Iterator[dt.datetime]:
    at = start
    while True:
        at += dt.timedelta(minutes=rng.choice((0, 1, 30, rng.randrange(600), rng.randrange(3000))))
        if rng.random() < 0.3:
            midnight = at.replace(hour=0, minute=0)
            at = max(at, midnight + dt.timedelta(minutes=_moment(rng)))
        yield at


def _extension(rng: random.Random, granted: dt.datetime) -> Extension:
    if rng.random() < 0.5:
        return Extension(granted, new_due=granted + dt.timedelta(minutes=rng.randrange(1, 12_000)))
    unit = rng.choice((LimitUnit.WORKING_HOURS, LimitUnit.WORKING_DAYS, LimitUnit.CALENDAR_DAYS))
    return Extension(granted, Limit(rng.randint(1, 3), unit))


def differences(calendar: WorkingCalendar, slow: SlowCalendar, case: Dossier) -> list[str]:
    """What the engine and the slow model disagree on; nothing for facts the engine refuses."""
    facts = (case.received_at, case.limit, case.policy)
    found: list[str] = []
    plain = promise(calendar, *facts).due_at
    slow_plain = SlowClock(slow, *facts).due()
    if slow_plain is None or plain != slow.instant(slow_plain):
        found.append(f"promise {plain} {slow_plain}")
    if not case.suspensions and not case.extensions:
        return found + _explanation(calendar, case, plain)
    try:
        due = current_deadline(calendar, *facts, case.suspensions, case.extensions).due_at
    except InvalidInput:
        return found
    slow_due = SlowClock(slow, *facts, case.suspensions, case.extensions).due()
    if due != (None if slow_due is None else slow.instant(slow_due)):
        found.append(f"current {due} {slow_due is not None and slow.instant(slow_due)}")
    return found + _explanation(calendar, case, due) + _used_and_left(calendar, slow, case)


def _explanation(calendar: WorkingCalendar, case: Dossier, due: dt.datetime | None) -> list[str]:
    facts = (case.received_at, case.limit, case.policy, case.suspensions, case.extensions)
    if due is None:
        return []
    counted = [line for line in explain(calendar, *facts) if line.kind is LineKind.COUNTED]
    total = current_deadline(calendar, *facts).total_minutes
    unit, said = case.limit.unit, sum(line.minutes for line in counted)
    if total is None and unit is LimitUnit.CALENDAR_DAYS and not case.extensions:
        total = case.limit.value * 1440
    elif total is None and unit is LimitUnit.WORKING_DAYS and not case.extensions:
        total, said = case.limit.value, len(counted)
    return [] if total in (None, said) else [f"explanation {total} {said}"]


def _used_and_left(calendar: WorkingCalendar, slow: SlowCalendar, case: Dossier) -> list[str]:
    """Left is the open minutes until the due time known then; used and left are what is counted in all."""
    at = case.looked_at
    waits = [
        dataclasses.replace(wait, end=wait.end if wait.end and slow.minute(wait.end) <= slow.minute(at) else None)
        for wait in case.suspensions
        if slow.minute(wait.start) <= slow.minute(at)
    ]
    grants = [extension for extension in case.extensions if extension.granted_at <= at]
    known = (case.received_at, case.limit, case.policy, waits, grants)
    everything = (case.received_at, case.limit, case.policy, case.suspensions, case.extensions)
    left = minutes_left(calendar, *everything, at=at)
    used = minutes_used(calendar, *everything, at=at)
    deadline = current_deadline(calendar, *known, recomputing=True)
    found = []
    if deadline.total_minutes is not None and used + left != deadline.total_minutes:
        found.append(f"used {used} and left {left} of {deadline.total_minutes}")
    if deadline.due_at is not None:
        slow_left = slow.open_between(slow.minute(at), slow.minute(deadline.due_at))
        started = slow.minute(at) >= slow.minute(case.received_at)
        if started and slow_left != left and at >= deadline.starts_at:
            found.append(f"left {left} slow {slow_left}")
    return found


def compare(seed: int, cases: int) -> list[tuple[str, Dossier]]:
    """Every difference found in `cases` random dossiers, on a new random calendar for each hundred."""
    rng = random.Random(seed)  # noqa: S311 - reproducible cases, not secrets
    found: list[tuple[str, Dossier]] = []
    calendar, slow = random_calendar(rng)
    for number in range(cases):
        if number % CASES_PER_CALENDAR == 0:
            calendar, slow = random_calendar(rng)
        dossier = random_dossier(rng)
        found += [(f"case {number}: {text}", dossier) for text in differences(calendar, slow, dossier)]
    return found


def main(arguments: list[str]) -> int:
    seed, cases = (int(argument) for argument in arguments)
    found = compare(seed, cases)
    for text, dossier in found:
        sys.stdout.write(f"{text}\n  {dossier}\n")
    sys.stdout.write(f"seed {seed}: {cases} cases, {len(found)} differences\n")
    return 1 if found else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
