"""The job queue's side of the worker: which tasks there are, and which run by the clock."""

import datetime as dt

import structlog
from procrastinate import App, JobContext, PsycopgConnector, RetryStrategy

from app.bootstrap import Application
from app.collecting import collect_orphans
from app.core.clock import local_date
from app.core.db import SERVICE_ROLE, plain_url
from app.filing import finish_waiting
from app.scanning import let_go_discarded
from app.services.audit.queries import forget_answers
from app.services.deadlines.changes import RECOMPUTE_TASK
from app.services.digitization.process import DIGITIZATION_QUEUE, DIGITIZE_TASK
from app.services.identity.writes import forget_refresh_tokens, forget_strangers
from app.services.statistics.queries import known_calendar_days
from app.worker.calendar_changes import carry_to_dossiers, carry_what_is_unfinished
from app.worker.digitization import digitize_batch, give_up, resume_forsaken
from app.worker.scans import scan_dossiers

DIGITIZATION_ATTEMPTS = 5
SILENT_SECONDS = 30.0
"""A worker that was not heard of for so long is taken for dead: its jobs are given to others."""
STRANGERS_KEPT = dt.timedelta(days=30)
"""How long failed sign-ins under names nobody has are counted together [our reading]."""

log = structlog.get_logger(__name__)


def job_queue(application: Application) -> App:
    """Return the queue with its tasks; open it before use."""
    connector = PsycopgConnector(
        conninfo=plain_url(application.service_url),
        kwargs={"options": f"-c role={SERVICE_ROLE}", "application_name": "motcua jobs"},
        min_size=1,
        # Each of the two queues' workers listens on a connection of its own.
        max_size=6,
    )
    queue = App(connector=connector)

    @queue.periodic(cron="7 * * * *")
    @queue.task(name="forget_idempotency_answers", queueing_lock="forget_idempotency_answers")
    async def forget_idempotency_answers(timestamp: int) -> None:  # noqa: ARG001 - given by the queue
        await forget_old_answers(application)

    @queue.periodic(cron="17 * * * *")
    @queue.task(name="purge_refresh_tokens", queueing_lock="purge_refresh_tokens")
    async def purge_refresh_tokens(timestamp: int) -> None:  # noqa: ARG001 - given by the queue
        await purge_expired_tokens(application)

    @queue.periodic(cron="27 0 * * *")
    @queue.task(name="warn_of_calendar_end", queueing_lock="warn_of_calendar_end")
    async def warn_of_calendar_end(timestamp: int) -> None:  # noqa: ARG001 - given by the queue
        await warn_before_calendar_ends(application)

    @queue.periodic(cron="*/5 * * * *")
    @queue.task(name="scan_dossiers", queueing_lock="scan_dossiers")
    async def scan(timestamp: int) -> None:  # noqa: ARG001 - given by the queue
        await scan_dossiers(application)

    @queue.task(name=RECOMPUTE_TASK)
    async def recompute_after_calendar_change(publication_id: int) -> None:
        await carry_to_dossiers(application, publication_id)

    @queue.periodic(cron="*/5 * * * *")
    @queue.task(name="finish_calendar_publications", queueing_lock="finish_calendar_publications")
    async def finish_calendar_publications(timestamp: int) -> None:  # noqa: ARG001 - given by the queue
        await carry_what_is_unfinished(application)

    @queue.task(
        name=DIGITIZE_TASK,
        queue=DIGITIZATION_QUEUE,
        pass_context=True,
        retry=RetryStrategy(max_attempts=DIGITIZATION_ATTEMPTS, exponential_wait=5),
    )
    async def digitize_scan_batch(context: JobContext, batch_id: int) -> None:
        if context.job.attempts >= DIGITIZATION_ATTEMPTS:
            await give_up(application, batch_id)
            return
        try:
            await digitize_batch(application, batch_id)
        except Exception:
            if context.job.attempts + 1 >= DIGITIZATION_ATTEMPTS:
                await give_up(application, batch_id)
            raise

    @queue.periodic(cron="* * * * *")
    @queue.task(name="finish_uploads", queueing_lock="finish_uploads")
    async def finish_uploads(timestamp: int) -> None:  # noqa: ARG001 - given by the queue
        await finish_waiting(application)

    @queue.periodic(cron="* * * * *")
    @queue.task(name="let_go_discarded_scans", queueing_lock="let_go_discarded_scans")
    async def let_go_discarded_scans(timestamp: int) -> None:  # noqa: ARG001 - given by the queue
        await let_go_discarded(application)

    @queue.periodic(cron="37 * * * *")
    @queue.task(name="collect_orphans", queueing_lock="collect_orphans")
    async def collect(timestamp: int) -> None:  # noqa: ARG001 - given by the queue
        await collect_orphans(application)

    @queue.periodic(cron="* * * * *")
    @queue.task(name="retry_stalled_jobs", queueing_lock="retry_stalled_jobs")
    async def retry_stalled(timestamp: int) -> None:  # noqa: ARG001 - given by the queue
        await retry_stalled_jobs(queue)
        await resume_forsaken(application)

    return queue


async def retry_stalled_jobs(queue: App) -> int:
    """Give the jobs of workers that died under them back to the queue; return how many there were.

    Such a job is begun anew: every task goes on where its rows say that it stopped.
    """
    manager = queue.job_manager
    await manager.prune_stalled_workers(SILENT_SECONDS)
    stalled = list(await manager.get_stalled_jobs(seconds_since_heartbeat=SILENT_SECONDS))
    for job in stalled:
        await manager.retry_job(job)
        log.warning("stalled_job_retried", task=job.task_name, job=job.id)
    return len(stalled)


async def forget_old_answers(application: Application) -> int:
    """Delete idempotency answers older than `idempotency_keep_hours`; return how many."""
    before = application.clock.now() - dt.timedelta(hours=application.settings.idempotency_keep_hours)
    async with application.database.write() as connection:
        forgotten = await forget_answers(connection, before=before)
    log.info("idempotency_answers_forgotten", count=forgotten)
    return forgotten


async def purge_expired_tokens(application: Application) -> int:
    """Delete refresh tokens that have expired, and failures under names nobody has; return how many tokens."""
    now = application.clock.now()
    async with application.database.write() as connection:
        purged = await forget_refresh_tokens(connection, before=now)
        strangers = await forget_strangers(connection, before=now - STRANGERS_KEPT)
    log.info("refresh_tokens_purged", count=purged, strangers=strangers)
    return purged


async def warn_before_calendar_ends(application: Application) -> int | None:
    """Log a warning when the confirmed deadline calendar ends within `calendar_warning_days`; return the days left."""
    async with application.database.read() as connection:
        days = await known_calendar_days(connection, today=local_date(application.clock.now()))
    if days is None or days < application.settings.calendar_warning_days:
        log.warning("calendar_ends_soon", days=days, warned_before=application.settings.calendar_warning_days)
    return days
