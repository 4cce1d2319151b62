"""clamd over its own protocol: `zINSTREAM` with lengths in network order, `zPING` (clamd(8), COMMANDS)."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from app.domain.errors import InvalidInput, Refusal, Unavailable

_CONNECT_SECONDS = 5.0
_ANSWER_SECONDS = 120.0
_MAX_ANSWER = 4096
_END = b"\x00"


class ClamdScanner:
    """`VirusScanner` over a clamd at `host:port` or `unix:/path`. Whatever is not a clear OK or FOUND is a failure."""

    def __init__(self, address: str) -> None:
        self._address = address

    async def scan(self, pieces: AsyncIterator[bytes]) -> str | None:
        async with self._connected() as (reader, writer):
            writer.write(b"zINSTREAM" + _END)
            # clamd that has had enough closes its side while we still send; its answer waits to be read.
            with contextlib.suppress(ConnectionError):
                async for piece in pieces:
                    writer.write(len(piece).to_bytes(4, "big") + piece)
                    await writer.drain()
                writer.write(bytes(4))
                await writer.drain()
            answer = await _answer(reader)
        result = answer.removeprefix("stream: ")
        if result == "OK":
            return None
        if result.endswith(" FOUND"):
            return result.removesuffix(" FOUND")
        if "size limit exceeded" in result:
            raise InvalidInput(Refusal("file_too_large_for_virus_check", "file"))
        raise _unavailable()

    async def check(self) -> None:
        async with self._connected() as (reader, writer):
            writer.write(b"zPING" + _END)
            await writer.drain()
            if await _answer(reader) != "PONG":
                raise _unavailable()

    @asynccontextmanager
    async def _connected(self) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
        try:
            async with asyncio.timeout(_CONNECT_SECONDS):
                reader, writer = await self._connect()
            try:
                async with asyncio.timeout(_ANSWER_SECONDS):
                    yield reader, writer
            finally:
                writer.close()
        except (OSError, ValueError, TimeoutError, asyncio.IncompleteReadError) as error:
            raise _unavailable() from error

    async def _connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        if self._address.startswith("unix:"):
            return await asyncio.open_unix_connection(self._address.removeprefix("unix:"))
        host, _, port = self._address.rpartition(":")
        return await asyncio.open_connection(host.strip("[]"), int(port))


async def _answer(reader: asyncio.StreamReader) -> str:
    return (await reader.readuntil(_END))[:_MAX_ANSWER].rstrip(_END).decode(errors="replace").strip()


def _unavailable() -> Unavailable:
    return Unavailable(Refusal("virus_check_unavailable"))
