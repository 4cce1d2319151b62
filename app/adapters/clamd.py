"""clamd over its own protocol: `zINSTREAM` with lengths in network order, `zPING` (clamd(8), COMMANDS)."""

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from app.domain.errors import InvalidInput, Refusal, Unavailable

_CONNECT_SECONDS = 5.0
_ANSWER_SECONDS = 120.0
_MAX_ANSWER = 4096
_END = b"\x00"
_BEYOND_LIMITS = "Heuristics.Limits.Exceeded"
"""What clamd with `AlertExceedsMax` finds in a file that it did not look through."""


class ClamdScanner:
    """`VirusScanner` over a clamd at `host:port` or `unix:/path`. Whatever is not a clear OK or FOUND is a failure."""

    def __init__(self, address: str) -> None:
        self._address = address

    async def scan(self, pieces: AsyncIterator[bytes]) -> str | None:
        async with self._connected() as clamd:
            loop = asyncio.get_running_loop()
            # clamd that has had enough answers and closes its side while we still send; its answer waits to be read.
            with contextlib.suppress(ConnectionError):
                await loop.sock_sendall(clamd, b"zINSTREAM" + _END)
                async for piece in pieces:
                    await loop.sock_sendall(clamd, len(piece).to_bytes(4, "big") + piece)
                await loop.sock_sendall(clamd, bytes(4))
            answer = await _answer(clamd)
        result = answer.removeprefix("stream: ")
        if result == "OK":
            return None
        if "size limit exceeded" in result or result.startswith(_BEYOND_LIMITS):
            raise InvalidInput(Refusal("file_too_large_for_virus_check", "file"))
        if result.endswith(" FOUND"):
            return result.removesuffix(" FOUND")
        raise _unavailable()

    async def check(self) -> None:
        async with self._connected() as clamd:
            await asyncio.get_running_loop().sock_sendall(clamd, b"zPING" + _END)
            if await _answer(clamd) != "PONG":
                raise _unavailable()

    @asynccontextmanager
    async def _connected(self) -> AsyncIterator[socket.socket]:
        """A plain socket: asyncio's streams throw an answer away that came before the line was cut."""
        try:
            with await asyncio.to_thread(self._connect) as clamd:
                clamd.setblocking(False)
                async with asyncio.timeout(_ANSWER_SECONDS):
                    yield clamd
        except (OSError, ValueError, TimeoutError) as error:
            raise _unavailable() from error

    def _connect(self) -> socket.socket:
        if self._address.startswith("unix:"):
            clamd = socket.socket(socket.AF_UNIX)
            try:
                clamd.settimeout(_CONNECT_SECONDS)
                clamd.connect(self._address.removeprefix("unix:"))
            except OSError:
                clamd.close()
                raise
            return clamd
        host, _, port = self._address.rpartition(":")
        return socket.create_connection((host.strip("[]"), int(port)), timeout=_CONNECT_SECONDS)


async def _answer(clamd: socket.socket) -> str:
    """Return the answer up to its end; raise `ConnectionError` if it stops before."""
    told = b""
    while _END not in told and len(told) < _MAX_ANSWER:
        more = await asyncio.get_running_loop().sock_recv(clamd, _MAX_ANSWER)
        if not more:
            raise ConnectionError
        told += more
    return told.partition(_END)[0].decode(errors="replace").strip()


def _unavailable() -> Unavailable:
    return Unavailable(Refusal("virus_check_unavailable"))
