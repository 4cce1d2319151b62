"""Files from outside are inspected in processes of their own, so that no file can take the service along."""

import asyncio
import json
import sys
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Final

import structlog

from app.adapters.own_process import end_process, own_environment
from app.domain.documents import Change, FileLimits, FileType
from app.domain.errors import InvalidInput, Refusal, Unavailable
from app.services.ports import InspectedFile

PROGRAM: Final = "app.adapters.inspecting"
_UNAVAILABLE: Final = "inspection_unavailable"
_LONGEST_LINE: Final = 1024 * 1024

log = structlog.get_logger(__name__)


@dataclass(slots=True)
class InspectionProcesses:
    """`FileInspection` by `app.adapters.inspecting`, started when the first file comes.

    `memory_bytes` (address space), `cpu_seconds` and `seconds` bound the inspection of one file; `at_once`: how many
    are inspected side by side, each by a warm process that forks a fresh child for every file.
    """

    memory_bytes: int
    cpu_seconds: int
    seconds: float
    at_once: int = 2
    program: str = PROGRAM
    _turns: asyncio.Semaphore = field(init=False)
    _idle: list[asyncio.subprocess.Process] = field(init=False, default_factory=list)

    def __post_init__(self) -> None:
        self._turns = asyncio.Semaphore(self.at_once)

    async def inspect(self, path: Path, limits: FileLimits, workplace: Path) -> InspectedFile:
        request = {
            "path": str(path),
            "workplace": str(workplace),
            "limits": asdict(limits),
            "memory_bytes": self.memory_bytes,
            "cpu_seconds": self.cpu_seconds,
        }
        async with self._turns:
            told = await self._ask(json.dumps(request).encode() + b"\n")
        if "failure" in told:
            log.warning("inspection_failed", reason=told["failure"], cause=told["cause"])
            raise self._refused(told["failure"])
        if "refusals" in told:
            raise InvalidInput(*(Refusal(code, where, params) for code, where, params in told["refusals"]))
        return InspectedFile(
            handed_in=FileType(told["handed_in"]),
            result=path if told["result"] is None else workplace / Path(told["result"]).name,
            result_type=FileType(told["result_type"]),
            page_count=told["page_count"],
            changes=tuple(Change(change) for change in told["changes"]),
        )

    @property
    def processes(self) -> tuple[int, ...]:
        """Numbers of the processes that wait for files."""
        return tuple(process.pid for process in self._idle)

    async def close(self) -> None:
        """End the processes that wait for files; those at work end with the requests that wait for them."""
        while self._idle:
            await end_process(self._idle.pop())

    async def _ask(self, request: bytes) -> dict[str, Any]:
        """Return what a process says of one file. One that was interrupted, or says nothing, is ended for good."""
        try:
            process = await self._warm_process()
        except OSError as error:
            return {"failure": _UNAVAILABLE, "cause": type(error).__name__}
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
        return json.loads(answer) if answer else {"failure": _UNAVAILABLE, "cause": "ended"}

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

    def _refused(self, code: str) -> InvalidInput | Unavailable:
        """Return the fault of the file, or ours: then it may be sent again."""
        if code == _UNAVAILABLE:
            return Unavailable(Refusal(code))
        return InvalidInput(Refusal(code, "file", {"seconds": self.cpu_seconds, "max_bytes": self.memory_bytes}))


async def _answer_of(process: asyncio.subprocess.Process, request: bytes) -> bytes:
    """Return the whole line that answers; empty if the process ended."""
    assert process.stdin is not None  # noqa: S101 - asked for when it was started
    assert process.stdout is not None  # noqa: S101 - likewise
    with suppress(BrokenPipeError, ConnectionResetError):
        process.stdin.write(request)
        await process.stdin.drain()
    answer = await process.stdout.readline()
    return answer if answer.endswith(b"\n") else b""
