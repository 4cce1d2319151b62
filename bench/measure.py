"""Measures one kind of request against one server: CPU from the kernel, latencies from the load generator.

Reads are sent by wrk where it is installed, which takes a tenth of the CPU of the generator written in Python; who sent
them is said in the report, for on two cores the generator's share is taken from those it measures.
"""

import asyncio
import json
import resource
import shutil
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from bench import cpu
from bench.load import Call, run

_SCRIPT = Path(__file__).with_name("wrk.lua")
_PATHS = 1_000
_WARM_SECONDS = 1
WRK = shutil.which("wrk")


@dataclass(frozen=True, slots=True)
class Measured:
    """One line of the report: CPU milliseconds a request of service, database and generator, rate, latencies in ms."""

    name: str
    clients: int
    service_ms: float
    database_ms: float
    generator_ms: float
    rate: float
    p50: float
    p95: float

    @property
    def total_ms(self) -> float:
        return self.service_ms + self.database_ms


class Meter:
    """Measures calls against one server; the best of several rounds, since other work can only add."""

    def __init__(self, service_pid: int, postmaster: int, port: int, *, rounds: int, seconds: int) -> None:
        self.service_pid, self.postmaster, self.port = service_pid, postmaster, port
        self.rounds, self.seconds = rounds, seconds

    async def writes(
        self, name: str, calls: Callable[[int], Call], *, count: int, clients: int, expect: int
    ) -> Measured:
        """Send `count` requests a round with the generator in Python; raise if any answer is not `expect`."""
        await run(self.port, calls, count=min(200, count), clients=clients, expect=expect)
        found = [await self._counted(name, calls, count, clients, expect) for _ in range(self.rounds)]
        return min(found, key=lambda each: each.total_ms)

    async def reads(self, name: str, calls: Callable[[int], Call], *, clients: int) -> Measured:
        """Ask for some seconds a round; raise if any answer is not 200."""
        if WRK is None:
            return await self.writes(name, calls, count=40 * clients, clients=clients, expect=200)
        with tempfile.NamedTemporaryFile("w", prefix="motcua-paths-", encoding="ascii") as paths:
            asked = [calls(number) for number in range(_PATHS)]
            paths.writelines(f"{call.path}\n" for call in asked)
            paths.flush()
            token = asked[0].headers.get("Authorization", "")
            await self._wrk(name, paths.name, token, clients, _WARM_SECONDS)
            found = [await self._wrk(name, paths.name, token, clients, self.seconds) for _ in range(self.rounds)]
        return min(found, key=lambda each: each.total_ms)

    async def _counted(
        self, name: str, calls: Callable[[int], Call], count: int, clients: int, expect: int
    ) -> Measured:
        before, own = self._seconds(), _generator_seconds(resource.RUSAGE_SELF)
        outcome = await run(self.port, calls, count=count, clients=clients, expect=expect)
        spent = self._since(before, count)
        generator = (_generator_seconds(resource.RUSAGE_SELF) - own) / count * 1000
        p50, p95 = outcome.percentile(0.5), outcome.percentile(0.95)
        return Measured(name, clients, *spent, generator, outcome.rate, p50, p95)

    async def _wrk(self, name: str, paths: str, token: str, clients: int, seconds: int) -> Measured:
        address = f"http://127.0.0.1:{self.port}"
        command = [str(WRK), "-t1", f"-c{clients}", f"-d{seconds}s", "-s", str(_SCRIPT), address, "--", paths, token]
        before, children = self._seconds(), _generator_seconds(resource.RUSAGE_CHILDREN)
        process = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE)
        told, _ = await process.communicate()
        answer = json.loads(told.splitlines()[-1])
        count = answer["requests"]
        if answer["refused"] or answer["broken"] or not count:
            raise RuntimeError(f"{name}: {answer}")
        spent = self._since(before, count)
        generator = (_generator_seconds(resource.RUSAGE_CHILDREN) - children) / count * 1000
        return Measured(name, clients, *spent, generator, count / answer["seconds"], answer["p50"], answer["p95"])

    def _since(self, before: tuple[float, float], count: int) -> tuple[float, float]:
        service, database = ((end - start) / count * 1000 for start, end in zip(before, self._seconds(), strict=True))
        return service, database

    def _seconds(self) -> tuple[float, float]:
        service = cpu.seconds_of(cpu.descendants(self.service_pid))
        return service, cpu.seconds_of(cpu.descendants(self.postmaster))


def _generator_seconds(whose: int) -> float:
    spent = resource.getrusage(whose)
    return spent.ru_utime + spent.ru_stime
