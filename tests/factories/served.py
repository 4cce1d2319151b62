"""The service as a process of its own, to be killed. Run with `stall` it stops for ever after a content is stored.

`python -m tests.factories.served PORT [stall]`, settings by environment.
"""

import asyncio
import dataclasses
import os
import socket
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import uvicorn

from app.api.app import serve_opened
from app.bootstrap import Application, open_application
from app.core.logging import configure_logging
from app.core.settings import Settings
from app.services.ports import BlobStore, StoredBlob

ROOT = Path(__file__).parents[2]
_START_SECONDS = 60


class StallingStore:
    """A store in front of another that takes a content and then says nothing more."""

    def __init__(self, store: BlobStore) -> None:
        self._store = store

    async def put(self, key: str, content: bytes | Path) -> None:
        await self._store.put(key, content)
        if key.startswith("content/"):
            print("stored", flush=True)  # noqa: T201 - tells the test
            await asyncio.Event().wait()

    async def get(self, key: str) -> bytes:
        return await self._store.get(key)

    def stream(self, key: str, *, start: int = 0, end: int | None = None) -> AsyncIterator[bytes]:
        return self._store.stream(key, start=start, end=end)

    async def find(self, key: str) -> StoredBlob | None:
        return await self._store.find(key)

    async def remove(self, key: str) -> None:
        await self._store.remove(key)

    def each(self, prefix: str) -> AsyncIterator[StoredBlob]:
        return self._store.each(prefix)

    async def check(self) -> None:
        await self._store.check()


async def _serve(port: int, *, stall: bool) -> None:
    async with open_application(Settings(), migrate=False) as opened:
        application = dataclasses.replace(opened, storage=StallingStore(opened.storage)) if stall else opened
        server = uvicorn.Server(uvicorn.Config(serve_opened(application), port=port, log_level="warning"))
        await server.serve()


class Served:
    """A running service: its address and its process, which only the test ends."""

    def __init__(self, application: Application, *, stall: bool = False) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port: int = probe.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        environment = os.environ | {
            "MOTCUA_DATABASE_URL": application.service_url,
            "MOTCUA_DATA_DIR": str(application.settings.data_dir),
            "MOTCUA_SECRET_KEY": "a key of the suite",
            "MOTCUA_LOG_LEVEL": "WARNING",
        }
        arguments = [sys.executable, "-m", "tests.factories.served", str(self.port), *(["stall"] if stall else [])]
        self.process = subprocess.Popen(
            arguments, cwd=ROOT, env=environment, stdout=subprocess.PIPE, start_new_session=True
        )

    async def answer(self) -> None:
        """Wait until the service answers."""
        async with httpx.AsyncClient() as client:
            for _ in range(_START_SECONDS * 10):
                assert self.process.poll() is None, "the service ended"
                try:
                    if (await client.get(f"{self.url}/health/live")).is_success:
                        return
                except httpx.TransportError:
                    await asyncio.sleep(0.1)
        raise AssertionError("the service did not start")

    async def says(self) -> str:
        """Return the next line of its output."""
        assert self.process.stdout is not None
        line: bytes = await asyncio.to_thread(self.process.stdout.readline)
        return line.decode().strip()

    def kill(self) -> None:
        """End it as `kill -9` does."""
        self.process.kill()
        self.process.wait()
        if self.process.stdout is not None:
            self.process.stdout.close()


if __name__ == "__main__":
    configure_logging(level="WARNING", json=True)
    asyncio.run(_serve(int(sys.argv[1]), stall="stall" in sys.argv[2:]))
