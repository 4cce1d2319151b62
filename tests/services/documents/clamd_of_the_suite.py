"""A clamd that speaks the protocol and knows one signature; it can be told to misbehave."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
"""The test file that every virus scanner knows; it is harmless."""


@dataclass
class Clamd:
    """`says` replaces its answer; `limit` is its StreamMaxLength."""

    address: str
    says: bytes | None = None
    limit: int = 25 * 1024 * 1024
    sizes: list[int] = field(default_factory=list)

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            command = await reader.readuntil(b"\x00")
            if command == b"zPING\x00":
                writer.write(self.says or b"PONG\x00")
            elif command == b"zINSTREAM\x00":
                writer.write(self.says or await self._scan(reader))
            await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    async def _scan(self, reader: asyncio.StreamReader) -> bytes:
        content = bytearray()
        while size := int.from_bytes(await reader.readexactly(4), "big"):
            content += await reader.readexactly(size)
            if len(content) > self.limit:
                return b"INSTREAM size limit exceeded. ERROR\x00"
        self.sizes.append(len(content))
        return b"stream: Eicar-Test-Signature FOUND\x00" if EICAR in content else b"stream: OK\x00"


@asynccontextmanager
async def running_clamd() -> AsyncIterator[Clamd]:
    clamd = Clamd(address="")
    server = await asyncio.start_server(clamd.answer, "127.0.0.1", 0)
    async with server:
        clamd.address = f"127.0.0.1:{server.sockets[0].getsockname()[1]}"
        yield clamd
