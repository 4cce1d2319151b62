"""Plays the lives of the demonstration through the use cases, on a clock moved up to the present, never past it."""

import datetime as dt
import random
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, TypeVar

from sqlalchemy.ext.asyncio import AsyncConnection

from app.core.clock import FixedClock, local_date
from app.domain.lifecycle import DossierState
from app.domain.permissions import Actor, Role
from app.domain.procedures import Channel
from app.domain.working_calendar import WorkingCalendar
from app.services.deadlines.compiled import calendar_of
from app.services.demonstration import queries
from app.services.demonstration.lives import KINDS, LEFT_IN, PACES, WEIGHTS, Moment, Pace
from app.services.demonstration.money import charge_what_was_asked_for, close_one_day, pay_at_acceptance
from app.services.demonstration.people import synthetic_person
from app.services.demonstration.staff import Staff
from app.services.dossiers.inputs import Accept, ConfirmPayment, RegisterDossier
from app.services.dossiers.register import register_dossier
from app.services.dossiers.requests import Render, Rendered
from app.services.dossiers.transitions import perform
from app.services.dossiers.view import DossierView
from app.services.payments.confirm import confirm_payment
from app.services.procedures.content import VersionContent, version_content
from app.services.satisfaction.inputs import RateDossier
from app.services.satisfaction.rate import rate_dossier

_Drawn = TypeVar("_Drawn")
_DAY: Final = 480
_WEEKS: Final = 6
_SHARE_IN_EACH_STATE: Final = 50
"""One dossier in so many is left in each of the ten states on purpose; the others stand where time has brought them."""
_FORGOTTEN_WORKING_DAYS: Final = (9, 14)
"""So long ago were those filed that are still being processed although they were promised within seven days."""
_USUAL_FEE_VND: Final = 20_000
_RATED_PERCENT: Final = 45
_LEVELS: Final = {5: 88, 4: 8, 3: 3, 2: 1}
_CHANNELS: Final = {Channel.COUNTER: 60, Channel.ONLINE: 35, Channel.POSTAL: 5}


@dataclass(frozen=True, slots=True)
class Wanted:
    """A dossier to make: filed when, with which life, left in which state (None: wherever the present finds it)."""

    filed_at: dt.datetime
    kind: str
    pace: Pace
    left_in: DossierState | None = None


async def simulate(
    connection: AsyncConnection, staff: Staff, *, dossiers: int, seed: int, province_code: str, now: dt.datetime
) -> None:
    """Make `dossiers` dossiers; the same seed at the same time makes the same ones, but for their secrets."""
    chance = random.Random(seed)  # noqa: S311 - repeatable on purpose; secrets are made elsewhere
    calendar = (await calendar_of(connection, None)).calendar
    contents = [
        await version_content(connection, key) for key in await queries.versions_in_force(connection, local_date(now))
    ]
    player = _Player(connection, staff, contents, chance, calendar, f"{province_code}.CA", FixedClock(now), now)
    for wanted in sorted(_wanted(dossiers, chance, calendar, now), key=lambda item: item.filed_at):
        await player.play(wanted)
    await close_one_day(connection, staff, now=now)


def _wanted(dossiers: int, chance: random.Random, calendar: WorkingCalendar, now: dt.datetime) -> list[Wanted]:
    in_each = max(1, dossiers // _SHARE_IN_EACH_STATE)
    wanted = []
    for state, (kind, least, most) in LEFT_IN.items():
        for _ in range(in_each):
            ago = chance.randint(max(1, least * _DAY), most * _DAY)
            wanted.append(Wanted(calendar.add_working_minutes(now, -ago), kind, Pace.EARLY, state))
    for _ in range(in_each):
        ago = chance.randint(*(days * _DAY for days in _FORGOTTEN_WORKING_DAYS))
        filed_at = calendar.add_working_minutes(now, -ago)
        wanted.append(Wanted(filed_at, "plain", Pace.LATE, DossierState.PROCESSING))
    since = now - dt.timedelta(weeks=_WEEKS)
    window = calendar.working_minutes(since, now)
    while len(wanted) < dossiers:
        filed_at = calendar.add_working_minutes(since, chance.randrange(1, window))
        wanted.append(Wanted(filed_at, _drawn(chance, WEIGHTS), _drawn(chance, PACES)))
    return wanted


class _Player:
    """Plays one life after the other, each with its own unit, procedure and person."""

    def __init__(
        self,
        connection: AsyncConnection,
        staff: Staff,
        contents: Sequence[VersionContent],
        chance: random.Random,
        calendar: WorkingCalendar,
        vertical: str,
        clock: FixedClock,
        now: dt.datetime,
    ) -> None:
        self._connection = connection
        self._staff = staff
        self._contents = contents
        self._chance = chance
        self._calendar = calendar
        self._vertical = vertical
        self._clock = clock
        self._now = now

    async def play(self, wanted: Wanted) -> None:
        """Register the dossier and do act after act, until its state is the wanted one or the present is reached."""
        content, channel = self._procedure(wanted)
        receiving = self._chance.choice(self._staff.communes)
        competent = self._vertical if content.competent_level == "vertical" else receiving
        self._clock.move_to(wanted.filed_at)
        person = synthetic_person(self._chance, address="Tổ dân phố số 1")
        moment = Moment(
            view=await self._register(content, channel, receiving, competent, person),
            at=wanted.filed_at,
            calendar=self._calendar,
            chance=self._chance,
            pace=wanted.pace,
            components=_to_be_demanded(content),
            fee_vnd=next((fee.amount_vnd for fee in content.fees_for(channel) if fee.amount_vnd > 0), _USUAL_FEE_VND),
            applicant=person["full_name"],
            identity_number=person["identity_number"],
        )
        on_paper = _rating_token(moment.view)
        for step in KINDS[wanted.kind]:
            if moment.view.state == wanted.left_in:
                return
            at = step.when(moment)
            if at > self._now:
                return
            self._clock.move_to(at)
            actor = self._staff.actors[competent if step.competent else receiving, step.role]
            moment.view, moment.at = await self._act(actor, moment.view, step.body(moment), receiving, content), at
            on_paper = _rating_token(moment.view) or on_paper
        await self._rate(moment, on_paper)

    def _procedure(self, wanted: Wanted) -> tuple[VersionContent, Channel]:
        """Draw a channel and a procedure offered on it. Unaccepted ones come online; nobody refuses at the window."""
        unaccepted = wanted.left_in is DossierState.REGISTERED or wanted.kind in ("refused", "completed_first")
        channel = Channel.ONLINE if unaccepted else _drawn(self._chance, _CHANNELS)
        slow = wanted.kind in ("supplemented", "completed_first", "paid", "extended", "stopped") or wanted.left_in
        fitting = [
            content
            for content in self._contents
            if content.term(channel) is not None
            and content.components
            and content.competent_level in ("commune", "vertical")
            and (not slow or (_unhurried(content, channel) and _to_be_demanded(content)))
        ]
        if not fitting:
            raise AssertionError("the shipped catalogue has procedures on every channel")
        return self._chance.choice(fitting), channel

    async def _register(
        self, content: VersionContent, channel: Channel, receiving: str, competent: str, person: dict[str, str]
    ) -> DossierView:
        body = RegisterDossier.model_validate(
            {
                "procedure_code": content.code,
                "channel": channel,
                "receiving_unit": receiving,
                "competent_unit": competent,
                "applicant": person,
                "components": [
                    {
                        "code": component.code,
                        "originals": 1,
                        "source": "paper" if channel is not Channel.ONLINE else "upload",
                    }
                    for component in content.components_for()
                    if component.required and not component.presented_only
                ],
                "return_channel": "postal" if channel is Channel.POSTAL else "counter",
            }
        )
        seen: list[DossierView] = []
        actor = self._staff.portal if channel is Channel.ONLINE else self._staff.actors[receiving, Role.RECEPTION_CLERK]
        await register_dossier(self._connection, actor, body, keyed=None, render=_keep(seen), now=self._clock.now())
        return seen[0]

    async def _act(
        self, actor: Actor, view: DossierView, body: object, receiving: str, content: VersionContent
    ) -> DossierView:
        connection, now = self._connection, self._clock.now()
        seen: list[DossierView] = []
        if isinstance(body, ConfirmPayment):
            view = await charge_what_was_asked_for(connection, self._staff, view, receiving, now=now)
            act: Callable[..., Awaitable[object]] = confirm_payment
        else:
            act = perform
        await act(connection, actor, view.code, body, if_match=view.version, keyed=None, render=_keep(seen), now=now)
        if isinstance(body, Accept):
            return await pay_at_acceptance(
                connection, self._staff, seen[0], content, receiving, chance=self._chance, now=now
            )
        return seen[0]

    async def _rate(self, moment: Moment, rating_token: str) -> None:
        at = moment.after(1, 60)
        if moment.view.resolved_at is None or at > self._now:
            return
        if self._chance.randrange(100) >= _RATED_PERCENT:
            return
        self._clock.move_to(at)
        level = _drawn(self._chance, _LEVELS)
        reasons = ("long_wait",) if level < 4 else ("polite_staff",)  # noqa: PLR2004 - 4 and 5 are praise
        body = RateDossier(level=level, reasons=reasons, channel=self._chance.choice(("own_device", "kiosk")))
        await rate_dossier(self._connection, rating_token, body, now=self._clock.now())


def _rating_token(view: DossierView) -> str:
    """Return what the receipt just issued invites to rate with; empty after an act that issues none."""
    return (view.receipt and view.receipt.rating_token) or ""


def _unhurried(content: VersionContent, channel: Channel) -> bool:
    """Three working days or more: enough to wait in."""
    term = content.term(channel)
    return term is not None and term.promised.unit.value.endswith("days") and term.promised.value in range(3, 8)


def _to_be_demanded(content: VersionContent) -> tuple[str, ...]:
    """The components that a request for supplement may name: those that no database answers for."""
    return tuple(
        component.code
        for component in content.components_for()
        if component.presented_only or not component.data_satisfiable
    )


def _keep(seen: list[DossierView]) -> Render:
    def render(view: DossierView) -> Rendered:
        seen.append(view)
        return Rendered(200, {}, b"")

    return render


def _drawn(chance: random.Random, weights: Mapping[_Drawn, int]) -> _Drawn:
    return chance.choices(list(weights), list(weights.values()))[0]
