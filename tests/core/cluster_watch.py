"""Other programs that use a cluster, and what can be seen of a cluster from outside."""

import fcntl
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg

from app.core.embedded_postgres import EmbeddedCluster

ROOT = Path(__file__).parents[2]
PROGRAM = Path(__file__).with_name("cluster_user.py")
LINUX = Path("/proc/self/cmdline").exists()


def wait_until(condition: Callable[[], bool], seconds: float = 15.0) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "the condition never came true"
        time.sleep(0.02)


class User:
    """Another program with a share in the cluster of `data_dir`."""

    def __init__(self, data_dir: Path, *options: str, python: str = sys.executable, **popen: Any) -> None:
        self.process = subprocess.Popen(
            [python, "-P", str(PROGRAM), str(data_dir), *options],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")])},
            cwd="/",
            text=True,
            **popen,
        )

    def answer(self) -> dict[str, str]:
        assert self.process.stdout is not None
        answer: dict[str, str] = json.loads(self.process.stdout.readline())
        return answer

    def kill(self) -> None:
        self.process.kill()
        self.process.communicate(timeout=20)

    def leave(self) -> None:
        self.process.communicate(timeout=20)


@contextmanager
def using(data_dir: Path, *options: str, **popen: Any) -> Iterator[User]:
    user = User(data_dir, *options, **popen)
    try:
        yield user
    finally:
        if user.process.returncode is None:
            user.leave()


def guardian_pid(data_dir: Path) -> int:
    return int((data_dir / "postgres/guardian.lock").read_text(encoding="ascii"))


def postmaster_pid(data_dir: Path) -> int:
    return int((data_dir / "postgres/cluster/postmaster.pid").read_text(encoding="utf-8").split()[0])


def is_guarded(data_dir: Path) -> bool:
    with (data_dir / "postgres/guardian.lock").open("rb") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False


def is_stopped(data_dir: Path) -> bool:
    return not is_guarded(data_dir) and not (data_dir / "postgres/cluster/postmaster.pid").exists()


def is_gone(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    try:
        return LINUX and not Path(f"/proc/{pid}/cmdline").read_bytes()  # a zombie
    except (FileNotFoundError, ProcessLookupError):
        return True


def query(dsn: str, sql: str) -> list[tuple[Any, ...]]:
    """The rows; waits for a server that is just coming back."""
    deadline = time.monotonic() + 15
    while True:
        try:
            with psycopg.connect(dsn, autocommit=True) as connection:
                cursor = connection.execute(sql.encode())
                return cursor.fetchall() if cursor.description else []
        except psycopg.OperationalError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.05)


def admin_dsn(cluster: EmbeddedCluster) -> str:
    return cluster.dsn("postgres", "motcua_admin")
