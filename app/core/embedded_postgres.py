"""A PostgreSQL server of our own, on a data directory, for as long as some program uses it.

It listens on a Unix socket in a directory that only its owner can enter, and nowhere else. Any number of programs may
use one data directory at once: the first starts the server, and it stops when the last has ended, however it ended.
"""

import fcntl
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Self, TypeVar
from urllib.parse import quote

from app.core.postgres_binaries import PostgresBinaries, PostgresUnavailable, find_binaries
from app.core.postgres_guardian import SUPERUSER
from app.core.postgres_home import PostgresHome, Server, try_lock

__all__ = ["SUPERUSER", "EmbeddedCluster", "PostgresUnavailable", "start_cluster"]

_POLL_SECONDS = 0.02
_LOG_LINES_SHOWN = 20
_Answer = TypeVar("_Answer")


class EmbeddedCluster:
    """One program's share in a running cluster; its superuser is `motcua_admin`, its first database `postgres`.

    The share ends with release(), with the `with` block, or with the process. Processes forked from it keep it too.
    """

    def __init__(self, home: PostgresHome, server: Server, users: int, binaries: PostgresBinaries) -> None:
        self.socket_dir: Path = server.socket_dir
        self.port: int = server.port
        self.major: int = home.initialised_major() or binaries.major
        self._home = home
        self._users: int | None = users
        self._binaries = binaries

    def dsn(self, database: str, user: str) -> str:
        """The address as libpq, asyncpg and SQLAlchemy read it: `postgresql://user@/database?host=…&port=…`."""
        host = quote(str(self.socket_dir), safe="/")
        return f"postgresql://{quote(user, safe='')}@/{quote(database, safe='')}?host={host}&port={self.port}"

    def release(self, *, wait: bool = False, timeout: float = 30.0) -> None:
        """Give up the share; the server stops if it was the last. A second call does nothing.

        With `wait`, return only when the server has stopped, if ours was the last share.
        Raises TimeoutError when that takes more than `timeout` seconds.
        """
        users, self._users = self._users, None
        if users is None:
            return
        try:
            present = self._home.is_home_of(users)
            # If the guardian was killed, nobody would stop the server after us.
            lock = _free_guardian_lock(self._home) if present else None
            if lock is not None:
                _start_guardian(self._home, self._binaries, lock)
            # Turning our share into the whole works only if there is no other. When two leave at once, trying drops the
            # share of the one that fails, so that the other finds itself alone: at least one of them is the last.
            last = wait and present and try_lock(users, fcntl.LOCK_EX)
        finally:
            os.close(users)  # not LOCK_UN, which would also take the share from forked processes
        if last:
            _wait_until(lambda: not _has_guardian(self._home) or None, timeout)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.release()


def start_cluster(
    data_dir: Path, *, timeout: float = 30.0, binaries: PostgresBinaries | None = None
) -> EmbeddedCluster:
    """Take a share in the cluster of `data_dir`, creating and starting it as needed. Blocks, at most `timeout` seconds.

    Everything of the server is in `<data_dir>/postgres` (except its socket, should that path be too long for one).
    `binaries` replaces the search of `find_binaries`. Raises PostgresUnavailable, which says what to do.
    """
    try:
        home = _prepare_home(data_dir)
        found = binaries or find_binaries(major=home.initialised_major())
        users = home.open_file(home.users_lock)
    except OSError as error:
        raise PostgresUnavailable(
            f"Không dùng được thư mục dữ liệu {data_dir}: {error}. Nếu nó thuộc về người dùng khác, hãy chạy bằng "
            "người dùng đó hoặc chọn MOTCUA_DATA_DIR khác.",
            f"The data directory {data_dir} cannot be used: {error}. If it belongs to another user, start as that user "
            "or choose another MOTCUA_DATA_DIR.",
        ) from error
    try:
        deadline = time.monotonic() + timeout
        # Refused only while a guardian stops the server; from here on it is not stopped until we let go.
        _wait_until(lambda: try_lock(users, fcntl.LOCK_SH) or None, timeout)
        server = _start_server(home, found, deadline)
    except TimeoutError:
        os.close(users)
        raise PostgresUnavailable(
            f"PostgreSQL nhúng chưa sẵn sàng sau {timeout:g} giây; xem {home.log} và {home.server_log}.",
            f"The embedded PostgreSQL was not ready after {timeout:g} seconds; see {home.log} and {home.server_log}.",
        ) from None
    except BaseException:
        os.close(users)
        raise
    return EmbeddedCluster(home, server, users, found)


def _prepare_home(data_dir: Path) -> PostgresHome:
    data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    home = PostgresHome(data_dir.resolve() / "postgres")
    try:
        home.path.mkdir(mode=0o700)
    except FileExistsError:
        return home
    if os.geteuid() == 0:
        owner = data_dir.stat()
        os.chown(home.path, owner.st_uid, owner.st_gid)
    return home


def _start_server(home: PostgresHome, binaries: PostgresBinaries, deadline: float) -> Server:
    """Wait for the server, after starting a guardian if there is none. If that one ends before, it has failed."""
    started = False

    def attempt() -> Server | None:
        nonlocal started
        lock = _free_guardian_lock(home)
        if lock is None:
            server = home.running_server()
            return server if server is not None and server.ready else None
        if started:
            os.close(lock)
            raise PostgresUnavailable(
                f"PostgreSQL nhúng không khởi động được. Cuối nhật ký {home.log}:\n{_end_of_log(home)}",
                "The embedded PostgreSQL did not start; above is the end of its log.",
            )
        _start_guardian(home, binaries, lock)
        started = True
        return None

    return _wait_until(attempt, deadline - time.monotonic())


def _free_guardian_lock(home: PostgresHome) -> int | None:
    """The guardian's lock, taken, if there is no guardian; None if there is one."""
    lock = home.open_file(home.guardian_lock)
    if try_lock(lock, fcntl.LOCK_EX):
        return lock
    os.close(lock)
    return None


def _has_guardian(home: PostgresHome) -> bool:
    lock = _free_guardian_lock(home)
    if lock is not None:
        os.close(lock)
    return lock is None


def _start_guardian(home: PostgresHome, binaries: PostgresBinaries, lock: int) -> None:
    """Start a guardian and leave it the lock: it inherits our open descriptor and so holds it from its first moment."""
    root = str(Path(__file__).resolve().parents[2])
    python_path = os.pathsep.join(filter(None, [root, os.environ.get("PYTHONPATH")]))
    # -P: the current directory is no place to import from; -S: the standard library is all the guardian needs.
    command = [sys.executable, "-P", "-S", "-m", "app.core.postgres_guardian", str(home.path), str(binaries.bin_dir)]
    log = home.open_file(home.log, os.O_TRUNC | os.O_APPEND)
    try:
        subprocess.run(
            [*command, str(binaries.major), binaries.version, str(lock)],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            env={**os.environ, "PYTHONPATH": python_path},
            pass_fds=(lock,),
            start_new_session=True,
            check=False,  # it forks at once; how it fares is seen by its lock and by its log
        )
    finally:
        os.close(log)
        os.close(lock)


def _end_of_log(home: PostgresHome) -> str:
    lines = home.log.read_text(encoding="utf-8", errors="replace").splitlines()
    return "\n".join(lines[-_LOG_LINES_SHOWN:])


def _wait_until(attempt: Callable[[], _Answer | None], timeout: float) -> _Answer:
    """The first answer that is not None. Raises TimeoutError after `timeout` seconds without one."""
    deadline = time.monotonic() + timeout
    while (answer := attempt()) is None:
        if time.monotonic() >= deadline:
            raise TimeoutError(f"Not within {timeout:g} seconds")
        time.sleep(_POLL_SECONDS)
    return answer
