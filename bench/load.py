"""A small load generator: keep-alive connections on loopback, one request after the other on each, bounded in count."""

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

_HEADERS_END = b"\r\n\r\n"


@dataclass(frozen=True, slots=True)
class Call:
    """One request, ready to be sent."""

    method: str
    path: str
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""

    def encode(self) -> bytes:
        lines = [f"{self.method} {self.path} HTTP/1.1", "Host: 127.0.0.1", f"Content-Length: {len(self.body)}"]
        lines += [f"{name}: {value}" for name, value in self.headers.items()]
        return "\r\n".join(lines).encode() + _HEADERS_END + self.body


@dataclass(slots=True)
class Outcome:
    """What came back: seconds of each request, and bodies if they were asked for."""

    seconds: list[float] = field(default_factory=list)
    bodies: list[bytes] = field(default_factory=list)
    wall: float = 0.0

    def percentile(self, share: float) -> float:
        """Return the latency in milliseconds below which `share` of the requests were answered."""
        ranked = sorted(self.seconds)
        return ranked[min(len(ranked) - 1, int(len(ranked) * share))] * 1000

    @property
    def rate(self) -> float:
        return len(self.seconds) / self.wall


async def run(
    port: int,
    calls: Sequence[Call] | Callable[[int], Call],
    *,
    count: int,
    clients: int,
    expect: int,
    keep: bool = False,
) -> Outcome:
    """Send `count` requests over `clients` connections; raise if any answer is not `expect`."""
    outcome = Outcome()
    numbers = iter(range(count))

    async def client() -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        try:
            for number in numbers:
                call = calls(number) if callable(calls) else calls[number % len(calls)]
                started = time.perf_counter()
                writer.write(call.encode())
                status, body = await _answer(reader)
                outcome.seconds.append(time.perf_counter() - started)
                if status != expect:
                    raise RuntimeError(f"{call.method} {call.path}: {status} {body[:300]!r}")
                if keep:
                    outcome.bodies.append(body)
        finally:
            writer.close()

    started = time.perf_counter()
    await asyncio.gather(*(client() for _ in range(clients)))
    outcome.wall = time.perf_counter() - started
    return outcome


async def _answer(reader: asyncio.StreamReader) -> tuple[int, bytes]:
    head = await reader.readuntil(_HEADERS_END)
    status = int(head[9:12])
    for line in head.split(b"\r\n")[1:]:
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            return status, await reader.readexactly(int(value))
    raise RuntimeError("an answer without a length")
