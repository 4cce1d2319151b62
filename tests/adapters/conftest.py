"""An S3-compatible server of the suite's own, on loopback."""

import socket
import subprocess
import sys
import time
from collections.abc import Iterator

import httpx
import pytest

_START_SECONDS = 60


@pytest.fixture(scope="session")
def s3_endpoint() -> Iterator[str]:
    """Address of a moto server in a process of its own."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    server = subprocess.Popen(
        [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    endpoint = f"http://127.0.0.1:{port}"
    try:
        _wait_for(server, endpoint)
        yield endpoint
    finally:
        server.kill()
        server.wait()


def _wait_for(server: "subprocess.Popen[bytes]", endpoint: str) -> None:
    for _ in range(_START_SECONDS * 10):
        assert server.poll() is None, "the S3 server ended"
        try:
            if httpx.get(f"{endpoint}/moto-api/").is_success:
                return
        except httpx.TransportError:
            time.sleep(0.1)
    raise AssertionError("the S3 server did not start")
