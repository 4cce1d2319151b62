"""The programs that are measured: the service as `motcua serve` starts it, and the bare floor beside it."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_PATIENCE_SECONDS = 60


@contextmanager
def running(command: list[str], environment: dict[str, str], port: int) -> Iterator[int]:
    """Run a server until the block ends; yield its process id once its port answers."""
    process = subprocess.Popen(
        [sys.executable, "-m", *command],
        env={**os.environ, **environment},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        _wait_for(port, process)
        yield process.pid
    finally:
        process.terminate()
        process.wait(timeout=_PATIENCE_SECONDS)


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port


def postmaster_pid(data_dir: Path) -> int:
    """Return the process id of the embedded server in `data_dir`."""
    return int((data_dir / "postgres" / "cluster" / "postmaster.pid").read_text(encoding="ascii").split("\n", 1)[0])


def _wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + _PATIENCE_SECONDS
    while time.monotonic() < end:
        if process.poll() is not None:
            raise RuntimeError(f"the server ended with {process.returncode}")
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise TimeoutError("the server did not answer in time")
