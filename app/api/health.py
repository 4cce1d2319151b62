"""For operations: is the process alive, can it serve, what do its numbers say."""

from collections.abc import Iterator, Mapping

import asyncpg
import structlog
from fastapi import Depends, Response
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Gauge, generate_latest
from prometheus_client.metrics_core import CounterMetricFamily
from prometheus_client.registry import Collector
from pydantic import BaseModel
from sqlalchemy.exc import SQLAlchemyError

from app.api.deps import App, public
from app.api.messages import text_of
from app.api.noun_router import NounRouter
from app.bootstrap import Application
from app.core.clock import local_date
from app.domain.errors import Unavailable
from app.domain.lifecycle import DossierAction
from app.services.statistics.queries import HouseNumbers, house_numbers, known_calendar_days
from app.services.vault.queries import has_paper_lists

log = structlog.get_logger(__name__)

router = NounRouter(tags=["operations"], dependencies=[Depends(public)])


@router.get("/health/live", summary="Tiến trình còn sống / The process is alive")
async def live() -> dict[str, str]:
    return {"status": "alive"}


class ReadinessWarning(BaseModel):
    """Something that will need somebody although all works. `days`: how many are left, where days run out."""

    code: str
    days: int | None
    vi: str
    en: str


class OptionalCapability(BaseModel):
    """Something the service can do without. `missing`: the programs that are not installed."""

    name: str
    available: bool
    missing: list[str]
    vi: str
    en: str


class ReadyOut(BaseModel):
    """`optional` says what this machine can do beyond dossiers; that it cannot leaves the service ready."""

    status: str
    database: str
    warnings: list[ReadinessWarning]
    optional: list[OptionalCapability]


@router.get("/health/ready", summary="Sẵn sàng phục vụ / Ready to serve")
async def ready(app: App, response: Response) -> ReadyOut:
    """Answer 200 when the database answers, 503 otherwise. A warning leaves the service ready."""
    try:
        async with app.database.read() as connection:
            days = await known_calendar_days(connection, today=local_date(app.clock.now()))
            knows_papers = await has_paper_lists(connection)
    except (SQLAlchemyError, asyncpg.PostgresError, asyncpg.InterfaceError, OSError):
        response.status_code = 503
        return ReadyOut(status="not_ready", database="unreachable", warnings=[], optional=[])
    warnings = [*_warnings(app, days, knows_papers=knows_papers), *await _silent(app)]
    return ReadyOut(status="ready", database="reachable", warnings=warnings, optional=[await _text_recognition(app)])


async def _text_recognition(app: Application) -> OptionalCapability:
    """Tell whether scans can be read here; without it they are kept and told as not digitized."""
    found = await app.recognition.capability()
    vi, en = text_of("ocr_available" if found.is_available else "ocr_unavailable", {"version": found.version})
    return OptionalCapability(
        name="text_recognition", available=found.is_available, missing=list(found.missing), vi=vi, en=en
    )


async def _silent(app: Application) -> list[ReadinessWarning]:
    """What does not answer although dossiers can go on without it: the store of papers, the virus check."""
    silent = []
    for outside in (app.storage, app.virus_scanner):
        try:
            if outside is not None:
                await outside.check()
        except Unavailable as error:
            silent.append(_warning(error.refusals[0].code))
    return silent


def _warnings(app: Application, calendar_days: int | None, *, knows_papers: bool) -> Iterator[ReadinessWarning]:
    if calendar_days is None:
        yield _warning("calendar_missing")
    elif calendar_days < app.settings.calendar_warning_days:
        yield _warning("calendar_runs_out", days=calendar_days)
    if not knows_papers:
        yield _warning("paper_lists_missing")
    if app.signing.is_test:
        yield _warning("test_signatures")


def _warning(code: str, *, days: int | None = None) -> ReadinessWarning:
    vi, en = text_of(code, {"days": days})
    return ReadinessWarning(code=code, days=days, vi=vi, en=en)


@router.get(
    "/metrics",
    summary="Số đo Prometheus / Prometheus metrics",
    response_class=Response,
    responses={200: {"content": {"text/plain": {"schema": {"type": "string"}}}}},
)
async def metrics(app: App) -> Response:
    """Answer this process's counters and, while the database answers, the numbers of the house as they are now."""
    body = generate_latest()
    now = app.clock.now()
    try:
        async with app.database.read() as connection:
            numbers = await house_numbers(connection, now=now, today=local_date(now))
        body += generate_latest(_gauges(numbers))
    except (SQLAlchemyError, asyncpg.PostgresError, asyncpg.InterfaceError, OSError) as error:
        log.warning("house_numbers_unavailable", kind=type(error).__name__)
    return Response(body, headers={"Content-Type": CONTENT_TYPE_LATEST})


class _WorkerActs(Collector):
    """A counter that the database keeps: it did not begin with this process."""

    def __init__(self, acts: Mapping[str, int]) -> None:
        self._acts = acts

    def collect(self) -> Iterator[CounterMetricFamily]:
        family = CounterMetricFamily("motcua_worker_transitions", "Acts of the workers on dossiers.", labels=["action"])
        for action in DossierAction:
            family.add_metric([action.value], self._acts.get(action.value, 0))
        yield family


def _gauges(numbers: HouseNumbers) -> CollectorRegistry:
    """Return the numbers of this scrape only: nothing stale is ever shown, whichever process is asked."""
    registry = CollectorRegistry()
    behind = Gauge("motcua_follower_lag_events", "Events not yet taken in.", ["follower"], registry=registry)
    seconds = Gauge("motcua_follower_lag_seconds", "Seconds behind the log.", ["follower"], registry=registry)
    for lag in numbers.lags:
        behind.labels(lag.follower).set(lag.events)
        seconds.labels(lag.follower).set(lag.seconds)
    Gauge("motcua_open_dossiers", "Accepted and not ended.", registry=registry).set(numbers.open_dossiers)
    Gauge("motcua_overdue_dossiers", "Open and past their due time.", registry=registry).set(numbers.overdue_dossiers)
    registry.register(_WorkerActs(numbers.worker_acts))
    jobs = Gauge("motcua_jobs", "Jobs of the queue.", ["status"], registry=registry)
    for status, count in numbers.jobs.items():
        jobs.labels(status).set(count)
    if numbers.calendar_days is not None:
        known = Gauge("motcua_calendar_known_days", "Days of confirmed deadline calendar left.", registry=registry)
        known.set(numbers.calendar_days)
    return registry
