"""Child processes of a program: started, restarted when they die, stopped with it, and never left behind.

A parent that is killed cannot stop anybody, so each child watches for it (`end_with_parent`).
"""

import asyncio
import contextlib
import ctypes
import gc
import os
import signal
import sys
import threading
from collections.abc import Coroutine, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any, NoReturn

import structlog

FIRST_PAUSE_SECONDS = 0.5
LONGEST_PAUSE_SECONDS = 30.0
STEADY_AFTER_SECONDS = 60.0
"""A child that lived this long before it died starts again without a longer pause."""
_PARENT_POLL_SECONDS = 1.0
_PR_SET_PDEATHSIG = 1
_LAST_RESORT_STATUS = 70

_NOTHING: Mapping[str, str] = MappingProxyType({})

log = structlog.get_logger(__name__)


@contextlib.contextmanager
def loading_for_good() -> Iterator[None]:
    """Load what stays until the end: the collector does not look through it, neither now nor while people wait."""
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()


class Child:
    """One child process, kept alive until `stop()`.

    The command is started by the thread that runs the event loop, which must be the program's main thread: on Linux a
    child's death signal follows the thread that started it.
    """

    def __init__(
        self,
        name: str,
        command: Sequence[str],
        *,
        environment: Mapping[str, str] = _NOTHING,
        pass_fds: Sequence[int] = (),
    ) -> None:
        self.name = name
        self._command = tuple(command)
        self._environment = dict(environment)
        self._pass_fds = tuple(pass_fds)
        self._process: asyncio.subprocess.Process | None = None
        self._stopping = asyncio.Event()

    @property
    def pid(self) -> int | None:
        """Process number of the running child; None between two lives."""
        return None if self._process is None or self._process.returncode is not None else self._process.pid

    async def keep_alive(self) -> None:
        """Start the child and start it again with growing pauses whenever it ends; return after `stop()`."""
        loop = asyncio.get_running_loop()
        pause = FIRST_PAUSE_SECONDS
        while not self._stopping.is_set():
            started = loop.time()
            self._process = await asyncio.create_subprocess_exec(
                *self._command,
                env={**os.environ, **self._environment},
                pass_fds=self._pass_fds,
                stdin=asyncio.subprocess.DEVNULL,
                # Ctrl-C in a terminal reaches the whole group; only the parent shall decide when children stop.
                start_new_session=True,
            )
            log.info("child_started", child=self.name, pid=self._process.pid)
            if self._stopping.is_set():  # told to stop while it was being started
                self._process.terminate()
            status = await self._process.wait()
            if self._stopping.is_set():
                return
            if loop.time() - started >= STEADY_AFTER_SECONDS:
                pause = FIRST_PAUSE_SECONDS
            log.error("child_died", child=self.name, status=status, restart_in_seconds=pause)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._stopping.wait(), pause)
            pause = min(2 * pause, LONGEST_PAUSE_SECONDS)

    async def stop(self, *, patience_seconds: float) -> None:
        """Ask the child to end (SIGTERM) and wait; kill it when it takes longer than `patience_seconds`."""
        self._stopping.set()
        process = self._process
        if process is None or process.returncode is not None:
            return
        with contextlib.suppress(ProcessLookupError):
            process.terminate()
        try:
            await asyncio.wait_for(process.wait(), patience_seconds)
        except TimeoutError:
            log.error(  # noqa: TRY400 - nothing was raised that a traceback would explain
                "child_killed", child=self.name, pid=process.pid, waited_seconds=patience_seconds
            )
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            await process.wait()


def stop_on_signals(*, patience_seconds: float) -> asyncio.Event:
    """Return an event that the first SIGINT or SIGTERM sets, in the running loop.

    A second signal, or `patience_seconds` after the first, ends the program where it stands: what was not committed is
    rolled back by the database.
    """
    loop = asyncio.get_running_loop()
    stopping = asyncio.Event()

    def react(number: signal.Signals) -> None:
        if stopping.is_set():
            _end_now()
        log.info("stopping", signal=number.name)
        stopping.set()
        timer = threading.Timer(patience_seconds, _end_now)
        timer.daemon = True
        timer.start()

    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, react, number)
    return stopping


def end_with_parent(parent: int) -> None:
    """Send SIGTERM to this process as soon as the process `parent`, which started it, is gone."""
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)
        if os.getppid() != parent:  # gone before the system was asked to watch it
            os.kill(os.getpid(), signal.SIGTERM)
    else:
        threading.Thread(target=_watch, args=(parent,), name="parent-watch", daemon=True).start()


def _watch(parent: int) -> None:
    never = threading.Event()
    while os.getppid() == parent:
        never.wait(_PARENT_POLL_SECONDS)
    os.kill(os.getpid(), signal.SIGTERM)


async def run_beside(
    children: Sequence[Child], work: Coroutine[Any, Any, object], *, stop: asyncio.Event, patience_seconds: float
) -> None:
    """Keep `children` alive while `work` runs; stop them once `stop` is set or `work` has ended, however it ended."""
    keepers = [asyncio.create_task(child.keep_alive()) for child in children]

    async def stop_children() -> None:
        await stop.wait()
        await asyncio.gather(*(child.stop(patience_seconds=patience_seconds) for child in children))

    stopping = asyncio.create_task(stop_children())
    try:
        await work
    finally:
        stop.set()
        await stopping
        await asyncio.gather(*keepers)


def _end_now() -> NoReturn:
    log.error("ended_at_once")
    os._exit(_LAST_RESORT_STATUS)
