"""The second entrance: follows the log and runs jobs until told to stop."""

import asyncio

import structlog
from procrastinate import App

from app.bootstrap import Application
from app.services.digitization.process import DIGITIZATION_QUEUE
from app.services.integration.jobs import DEFAULT_QUEUE
from app.services.integration.writes import ensure_position
from app.services.statistics.follow_log import FOLLOWER as STATISTICS
from app.services.statistics.follow_log import take_events
from app.worker.follower import Bell, Follower, follow, pause_after, rest
from app.worker.jobs import job_queue, retry_stalled_jobs, warn_before_calendar_ends
from app.worker.listener import listen

FOLLOWERS: tuple[Follower, ...] = (Follower(name=STATISTICS, effect=take_events),)
STOP_SECONDS = 20.0
"""How long a job that has begun may go on after the stop."""

log = structlog.get_logger(__name__)


async def run_worker(application: Application, *, stop: asyncio.Event) -> None:
    """Follow the log and run jobs until `stop` is set; what has begun is finished first.

    Several workers may run on one database. Raises if the database cannot be reached at the start; later losses of the
    connection are logged and waited out.
    """
    async with application.database.write() as connection:
        for follower in FOLLOWERS:
            await ensure_position(connection, follower.name)
    await warn_before_calendar_ends(application)
    bells = [Bell() for _follower in FOLLOWERS]

    def ring_all() -> None:
        for bell in bells:
            bell.ring()

    log.info("worker_started", followers=[follower.name for follower in FOLLOWERS])
    async with asyncio.TaskGroup() as tasks:
        for follower, bell in zip(FOLLOWERS, bells, strict=True):
            tasks.create_task(
                follow(
                    application.database,
                    follower,
                    clock=application.clock,
                    bell=bell,
                    stop=stop,
                    poll_seconds=application.settings.follower_poll_seconds,
                ),
                name=f"follower {follower.name}",
            )
        tasks.create_task(listen(application.service_url, ring_all, stop), name="listener")
        tasks.create_task(_run_jobs(application, stop), name="jobs")
        await stop.wait()
        ring_all()
    log.info("worker_stopped")


async def _run_jobs(application: Application, stop: asyncio.Event) -> None:
    """Run jobs until `stop`; when the queue's connection fails, open it anew after a pause."""
    failures = 0
    while not stop.is_set():
        try:
            async with job_queue(application).open_async() as queue:
                await _run_until(queue, application.settings.scan_batches_at_once, stop)
            failures = 0
        except Exception as error:
            pause = pause_after(failures)
            failures += 1
            log.exception("job_worker_failed", kind=type(error).__name__, failures=failures, pause=pause)
            await rest(stop, pause)


async def _run_until(queue: App, scan_batches_at_once: int, stop: asyncio.Event) -> None:
    """Run the jobs of both queues: those by the clock one after the other, scans beside them."""
    await retry_stalled_jobs(queue)
    running = {
        asyncio.create_task(
            queue.run_worker_async(
                queues=[name],
                concurrency=at_once,
                install_signal_handlers=False,
                delete_jobs="successful",
                shutdown_graceful_timeout=STOP_SECONDS,
                name=f"motcua {name}",
            )
        )
        for name, at_once in ((DEFAULT_QUEUE, 1), (DIGITIZATION_QUEUE, scan_batches_at_once))
    }
    stopping = asyncio.create_task(stop.wait())
    try:
        await asyncio.wait({*running, stopping}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        stopping.cancel()
        for worker in running:
            worker.cancel()
        await asyncio.wait(running)
    for worker in running:
        if not worker.cancelled():
            worker.result()
