"""Random calendars and dossiers from a seed, and the comparison of the engine with the slow model over them."""

import collections
import dataclasses
import datetime as dt
import itertools
import random
from collections.abc import Iterator

from app.domain.calendar_layers import LAYERS
from app.domain.calendars import (
    CalendarEntry,
    CalendarExhausted,
    DayKind,
    Session,
    WeeklyHours,
    WorkingCalendar,
    compile_calendar,
)
from app.domain.deadline_explanation import LineKind, explain
from app.domain.deadlines import (
    CountMode,
    Deadline,
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
from app.verification.slow_deadlines import SlowCalendar, SlowClock

RECEIPTS_PER_CALENDAR = 100
HISTORIES_PER_RECEIPT = 4
DAYS_OF_CALENDAR = 120
BEGINNINGS = (dt.date(2026, 1, 1), dt.date(2026, 8, 1), dt.date(2026, 11, 20), dt.date(2028, 2, 1))
"""Tết, Quốc khánh with its swaps, the New Year, a leap day."""
SHAPES = (
    (Session(420, 690), Session(810, 1020)),
    (Session(450, 690), Session(780, 990)),
    (Session(480, 720), Session(720, 1020)),
    (Session(420, 690),),
    (Session(0, 360), Session(361, 1440)),
    (Session(600, 601), Session(780, 1000), Session(1080, 1200)),
)
LAWFUL_WHEN_RECORDED = {"extension_after_breach", "extension_not_later"}
"""What a later calendar may make of an extension; its date is computed all the same."""


@dataclasses.dataclass(frozen=True, slots=True)
class World:
    """One calendar as the engine and as the slow model know it. `features`: what is peculiar to it."""

    calendar: WorkingCalendar
    slow: SlowCalendar
    days: tuple[dt.date, ...]
    features: tuple[str, ...]


@dataclasses.dataclass(frozen=True, slots=True)
class Dossier:
    received_at: dt.datetime
    limit: Limit
    policy: DeadlinePolicy
    suspensions: tuple[Suspension, ...] = ()
    extensions: tuple[Extension, ...] = ()
    looked_at: dt.datetime | None = None


@dataclasses.dataclass(slots=True)
class Findings:
    """What a run compared (`counts`, by name) and what it found."""

    differences: list[tuple[str, Dossier]] = dataclasses.field(default_factory=list)
    counts: collections.Counter[str] = dataclasses.field(default_factory=collections.Counter)


def random_world(rng: random.Random) -> World:
    first_day = rng.choice(BEGINNINGS)
    days = tuple(first_day + dt.timedelta(days=n) for n in range(DAYS_OF_CALENDAR))
    weekly = [WeeklyHours(weekday, rng.choice(SHAPES[:3])) for weekday in range(5)]
    features = []
    if rng.random() < 0.3:
        features.append("hours of a unit's own")
        weekly += [WeeklyHours(weekday, rng.choice(SHAPES), layer="unit") for weekday in rng.sample(range(7), 2)]
    if rng.random() < 0.5:
        features.append("seasonal hours")
        start = rng.choice(days[:60])
        summer = (start, start + dt.timedelta(days=rng.randrange(60)))
        weekly += [WeeklyHours(weekday, SHAPES[1], *summer) for weekday in range(rng.randrange(1, 7))]
    entries: dict[tuple[dt.date, str], CalendarEntry] = {}
    closures: list[CalendarEntry] = []
    for _ in range(rng.randrange(30)):
        day, layer = rng.choice(days[:80]), rng.choice(LAYERS)
        kind = rng.choice(list(DayKind))
        if kind is DayKind.CLOSURE:
            opens, closes = sorted(rng.sample(range(0, 1441, rng.choice((1, 30))), 2))
            closures.append(
                CalendarEntry(day, kind, "Mất điện", "TB 1", closes_from=opens, closes_to=closes, layer=layer)
            )
        else:
            replaces = rng.choice([None, rng.choice(days)]) if kind is DayKind.SWAP_WORK else None
            entries[day, layer] = CalendarEntry(day, kind, "Ngày", "QĐ 1", layer=layer, replaces=replaces)
    if rng.random() < 0.3:
        features.append("days off in a row")
        start = rng.choice(days[:60])
        tet = [start + dt.timedelta(days=n) for n in range(rng.randrange(3, 20))]
        entries |= {(day, "national"): CalendarEntry(day, DayKind.HOLIDAY, "Tết", "QĐ 2") for day in tet}
    listed = [*entries.values(), *closures]
    features += sorted({f"days of kind {entry.kind}" for entry in listed})
    rng.shuffle(listed)
    last_day = days[-1]
    calendar = compile_calendar(
        weekly, listed, first_day=first_day, last_day=last_day, known_until=last_day, version="random"
    )
    return World(calendar, SlowCalendar(weekly, listed, first_day, last_day), days, tuple(features))


def random_receipt(rng: random.Random, world: World) -> Dossier:
    received = dt.datetime.combine(rng.choice(world.days[1:50]), dt.time(), LOCAL_TIME)
    received += dt.timedelta(minutes=_moment(rng), seconds=rng.randrange(60))
    policy = DeadlinePolicy(
        count_mode=rng.choice(list(CountMode)),
        same_day_cutoff=rng.choice((900, 900, 600, 0)),
        minutes_per_working_day=rng.choice((480, 480, 450, 1)),
        extensions_allowed=2,
    )
    return Dossier(received, _limit(rng), policy)


def _limit(rng: random.Random) -> Limit:
    """Mostly short, as the slow model watches every minute; one in twenty long."""
    unit = rng.choice(list(LimitUnit))
    often = {LimitUnit.WORKING_HOURS: 10, LimitUnit.WORKING_DAYS: 2, LimitUnit.CALENDAR_DAYS: 3}
    seldom = {LimitUnit.WORKING_HOURS: 80, LimitUnit.WORKING_DAYS: 12, LimitUnit.CALENDAR_DAYS: 15}
    longest = seldom if rng.random() < 0.05 else often
    return Limit(rng.randint(1, longest.get(unit, 1)), unit)


def with_history(rng: random.Random, receipt: Dossier) -> Dossier:
    received = receipt.received_at
    times = _rising(rng, received)
    suspensions = []
    for _ in range(rng.choice((0, 1, 1, 1, 2, 3))):
        start, end = next(times), next(times)
        effect = rng.choice((SuspensionEffect.PAUSE, SuspensionEffect.PAUSE, *SuspensionEffect))
        suspensions.append(Suspension(start, end, effect=effect))
    if suspensions and rng.random() < 0.1:
        suspensions[-1] = dataclasses.replace(suspensions[-1], end=None)
    rng.shuffle(suspensions)
    granted, extensions = received, []
    for _ in range(rng.choice((0, 0, 0, 0, 0, 1, 1, 2))):
        granted += dt.timedelta(minutes=rng.randint(1, rng.choice((300, 3000))))
        extensions.append(_extension(rng, granted))
    looked_at = received + dt.timedelta(minutes=rng.randrange(8_000))
    return dataclasses.replace(
        receipt, suspensions=tuple(suspensions), extensions=tuple(extensions), looked_at=looked_at
    )


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
        return Extension(granted, new_due=granted + dt.timedelta(minutes=rng.randint(1, rng.choice((500, 2000, 9000)))))
    unit = rng.choice((LimitUnit.WORKING_HOURS, LimitUnit.WORKING_DAYS, LimitUnit.CALENDAR_DAYS))
    return Extension(granted, Limit(rng.randint(1, 2), unit))


def compare(seed: int, cases: int) -> Findings:
    """Compare engine and slow model over `cases` random dossiers: a receipt with several histories, on many calendars.

    Facts that cannot be (an extension during a wait …) are refused by the engine and counted as refused, no case.
    """
    rng = random.Random(seed)  # noqa: S311 - reproducible cases, not secrets
    findings = Findings()
    world = random_world(rng)
    receipt = random_receipt(rng, world)
    for number in itertools.count():
        if findings.counts["cases"] == cases:
            break
        if number % (RECEIPTS_PER_CALENDAR * HISTORIES_PER_RECEIPT) == 0:
            world = random_world(rng)
            findings.counts.update(["calendars", *(f"calendars with {feature}" for feature in world.features)])
        if number % HISTORIES_PER_RECEIPT == 0:
            receipt = random_receipt(rng, world)
            found = _promise(world, receipt)
            findings.differences += [(f"case {number}: {text}", receipt) for text in found]
        dossier = with_history(rng, receipt)
        found, names = _history(world, dossier, explaining=number % HISTORIES_PER_RECEIPT == 0)
        findings.differences += [(f"case {number}: {text}", dossier) for text in found]
        findings.counts.update(names)
    return findings


def _promise(world: World, case: Dossier) -> list[str]:
    facts = (case.received_at, case.limit, case.policy)
    plain, slow_plain = promise(world.calendar, *facts).due_at, SlowClock(world.slow, *facts).due()
    if slow_plain is None or plain != world.slow.instant(slow_plain):
        return [f"promise {plain} {slow_plain}"]
    return []


def _history(world: World, case: Dossier, *, explaining: bool) -> tuple[list[str], list[str]]:
    """What the two disagree on, and under which names the case counts."""
    slow, facts = world.slow, (case.received_at, case.limit, case.policy, case.suspensions, case.extensions)
    mode = f" by {case.policy.count_mode}" if case.limit.unit is LimitUnit.WORKING_DAYS else ""
    names = ["cases", f"limit in {case.limit.unit}{mode}"]
    recomputing = False
    try:
        try:
            deadline = current_deadline(world.calendar, *facts)
        except CalendarExhausted:
            return [], ["refused: beyond the calendar"]
        except InvalidInput as error:
            codes = {refusal.code for refusal in error.refusals}
            if not codes <= LAWFUL_WHEN_RECORDED:
                return [], [f"refused: {min(codes - LAWFUL_WHEN_RECORDED)}"]
            names += [f"recomputed: {code}" for code in sorted(codes)]
            recomputing = True
            deadline = current_deadline(world.calendar, *facts, recomputing=True)
    except CalendarExhausted:
        return [], ["refused: beyond the calendar"]
    slow_due = SlowClock(slow, *facts).due()
    found = []
    if deadline.due_at != (None if slow_due is None else slow.instant(slow_due)):
        found.append(f"current {deadline.due_at} {slow_due is not None and slow.instant(slow_due)}")
    if explaining:
        found += _explanation(world.calendar, case, deadline, recomputing=recomputing)
    if not recomputing:
        found += _used_and_left(world, case)
    return found, names + _names(case)


def _names(case: Dossier) -> list[str]:
    waits = case.suspensions
    names = [f"{len(waits)} waits", f"{len(case.extensions)} extensions"]
    names += sorted({f"wait that {wait.effect}s" for wait in waits})
    if any(wait.end is None for wait in waits):
        names.append("wait not over")
    if any(one.end == other.start for one in waits for other in waits if one is not other):
        names.append("waits that touch")
    names += [f"extension by {given.limit.unit}" if given.limit else "extension to a date" for given in case.extensions]
    return names


def _explanation(calendar: WorkingCalendar, case: Dossier, deadline: Deadline, *, recomputing: bool) -> list[str]:
    if deadline.due_at is None:
        return []
    facts = (case.received_at, case.limit, case.policy, case.suspensions, case.extensions)
    counted = [line for line in explain(calendar, *facts, recomputing=recomputing) if line.kind is LineKind.COUNTED]
    total = deadline.total_minutes
    unit, said = case.limit.unit, sum(line.minutes for line in counted)
    if total is None and unit is LimitUnit.CALENDAR_DAYS and not case.extensions:
        total = case.limit.value * 1440
    elif total is None and unit is LimitUnit.WORKING_DAYS and not case.extensions:
        total, said = case.limit.value, len(counted)
    return [] if total in (None, said) else [f"explanation {total} {said}"]


def _used_and_left(world: World, case: Dossier) -> list[str]:
    """Left is the open minutes until the due time known then; used and left are what is counted in all."""
    at, slow = case.looked_at or case.received_at, world.slow
    waits = [
        dataclasses.replace(wait, end=wait.end if wait.end and slow.minute(wait.end) <= slow.minute(at) else None)
        for wait in case.suspensions
        if slow.minute(wait.start) <= slow.minute(at)
    ]
    grants = [extension for extension in case.extensions if extension.granted_at <= at]
    known = (case.received_at, case.limit, case.policy, waits, grants)
    everything = (case.received_at, case.limit, case.policy, case.suspensions, case.extensions)
    left = minutes_left(world.calendar, *everything, at=at)
    used = minutes_used(world.calendar, *everything, at=at)
    deadline = current_deadline(world.calendar, *known, recomputing=True)
    found = []
    if deadline.total_minutes is not None and used + left != deadline.total_minutes:
        found.append(f"used {used} and left {left} of {deadline.total_minutes}")
    if deadline.due_at is not None:
        slow_left = slow.open_between(slow.minute(at), slow.minute(deadline.due_at))
        started = slow.minute(at) >= slow.minute(case.received_at)
        if started and slow_left != left and at >= deadline.starts_at:
            found.append(f"left {left} slow {slow_left}")
    return found
