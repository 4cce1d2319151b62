"""Warm processes that answer questions about files of strangers; `app.adapters.answering` is what runs in them."""

import asyncio
import json
import sys
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Final

from app.adapters.own_process import end_process, own_environment

UNAVAILABLE: Final = "inspection_unavailable"
_LONGEST_LINE: Final = 1024 * 1024


@dataclass(slots=True)
class WarmProcesses:
    """Processes of `program`, started when the first question comes.

    `memory_bytes` (address space), `cpu_seconds` and `seconds` bound one answer; `at_once`: how many are given side by
    side, each by a warm process that forks a fresh child for every question.
    """

    memory_bytes: int
    cpu_seconds: int
    seconds: float
    at_once: int = 2
    program: str = ""
    _turns: asyncio.Semaphore = field(init=False)
    _idle: list[asyncio.subprocess.Process] = field(init=False, default_factory=list)

    def __post_init__(self) -> None:
        self._turns = asyncio.Semaphore(self.at_once)

    async def ask(self, question: dict[str, Any]) -> dict[str, Any]:
        """Return the answer, or `{"failure": code, "cause": what}`."""
        bounds = {"memory_bytes": self.memory_bytes, "cpu_seconds": self.cpu_seconds}
        async with self._turns:
            return await self._ask(json.dumps(question | bounds).encode() + b"\n")

    @property
    def processes(self) -> tuple[int, ...]:
        """Numbers of the processes that wait for questions."""
        return tuple(process.pid for process in self._idle)

    async def close(self) -> None:
        """End the processes that wait for questions; those at work end with the requests that wait for them."""
        while self._idle:
            await end_process(self._idle.pop())

    async def _ask(self, request: bytes) -> dict[str, Any]:
        """Return what a process answers. One that was interrupted, or says nothing, is ended for good."""
        try:
            process = await self._warm_process()
        except OSError as error:
            return {"failure": UNAVAILABLE, "cause": type(error).__name__}
        answer = b""
        try:
            async with asyncio.timeout(self.seconds):
                answer = await _answer_of(process, request)
        except TimeoutError:
            return {"failure": "inspection_timed_out", "cause": "TimeoutError"}
        finally:
            if answer:
                self._idle.append(process)
            else:
                await end_process(process)
        return json.loads(answer) if answer else {"failure": UNAVAILABLE, "cause": "ended"}

    async def _warm_process(self) -> asyncio.subprocess.Process:
        while self._idle:
            process = self._idle.pop()
            if process.returncode is None:
                return process
        return await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", self.program),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            env=own_environment(),
            start_new_session=True,
            limit=_LONGEST_LINE,
        )


async def _answer_of(process: asyncio.subprocess.Process, request: bytes) -> bytes:
    """Return the whole line that answers; empty if the process ended."""
    assert process.stdin is not None  # noqa: S101 - asked for when it was started
    assert process.stdout is not None  # noqa: S101 - likewise
    with suppress(BrokenPipeError, ConnectionResetError):
        process.stdin.write(request)
        await process.stdin.drain()
    answer = await process.stdout.readline()
    return answer if answer.endswith(b"\n") else b""
