"""Processes that work for us on what others sent: a narrow environment, and an end that takes their children along."""

import asyncio
import os
import signal
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

_KEPT = ("LANG", "LC_ALL", "TMPDIR", "TESSDATA_PREFIX", "SYSTEMROOT")
_ROOT = Path(__file__).parent.parent.parent


def own_environment(more: Mapping[str, str] | None = None) -> dict[str, str]:
    """Return an environment without the secrets of ours: where programs and our own code lie, the language, `more`."""
    kept = {name: os.environ[name] for name in _KEPT if name in os.environ}
    return {"PATH": os.environ.get("PATH", os.defpath), "PYTHONPATH": str(_ROOT), **kept, **(more or {})}


async def end_process(process: asyncio.subprocess.Process) -> None:
    """Kill the process and everything it started (it leads a session of its own) and wait for it."""
    if process.returncode is None:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
    await process.wait()
