"""The directory of the embedded cluster: its files, its locks, and the server that runs in it.

Two advisory locks (flock) decide everything, because the kernel drops them when their holder dies, however it dies:

* `users.lock`: every program that uses the cluster holds it shared for as long as it lives. The guardian takes it
  exclusively when nobody holds it any more, and keeps it until the server has stopped; so whoever gets it shared knows
  that the server is not being stopped and will not be.
* `guardian.lock`: held by the one guardian. A starter that gets it knows there is no guardian, and hands the very same
  lock to the guardian it starts; so there is never a moment with two guardians, nor one at which two could be started.
"""

import dataclasses
import errno
import fcntl
import hashlib
import os
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

from app.core.postgres_binaries import PostgresUnavailable

PORT = 5432
_LONGEST_SOCKET_PATH = 100
_SOCKET = f".s.PGSQL.{PORT}"
_PROCESSES_ARE_FILES = Path("/proc/self/cmdline").exists()
_LINE_PORT, _LINE_SOCKET_DIRECTORY, _LINE_STATUS = 3, 4, 7


@dataclasses.dataclass(frozen=True, slots=True)
class Server:
    """A running postmaster; `ready` says that it accepts connections."""

    pid: int
    port: int
    socket_dir: Path
    ready: bool


@dataclasses.dataclass(frozen=True, slots=True)
class PostgresHome:
    """`<data dir>/postgres`, an absolute path without symbolic links."""

    path: Path

    @property
    def cluster(self) -> Path:
        return self.path / "cluster"

    @property
    def unfinished_cluster(self) -> Path:
        return self.path / "cluster.new"

    @property
    def users_lock(self) -> Path:
        return self.path / "users.lock"

    @property
    def guardian_lock(self) -> Path:
        return self.path / "guardian.lock"

    @property
    def log(self) -> Path:
        return self.path / "guardian.log"

    @property
    def server_log(self) -> Path:
        return self.cluster / "log"

    def initialised_major(self) -> int | None:
        """The major version that initialised the cluster; None when there is no cluster yet."""
        try:
            return int((self.cluster / "PG_VERSION").read_text(encoding="ascii").split(".")[0])
        except (FileNotFoundError, NotADirectoryError):
            return None

    def is_home_of(self, users_lock: int) -> bool:
        """False when the directory of this open `users.lock` was moved or removed; what is there now is another's."""
        try:
            return os.path.samestat(self.users_lock.stat(), os.fstat(users_lock))
        except FileNotFoundError:
            return False

    def open_file(self, path: Path, flags: int = 0) -> int:
        """Open (or create) a private file that belongs to whoever owns the home, even when root gets here first."""
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | flags, 0o600)
        if os.geteuid() == 0:
            owner = self.path.stat()
            os.fchown(descriptor, owner.st_uid, owner.st_gid)
        return descriptor

    def running_server(self) -> Server | None:
        """The postmaster of this cluster, or None. The process itself is looked at: postmaster.pid may be left over."""
        try:
            lines = (self.cluster / "postmaster.pid").read_text(encoding="utf-8").splitlines()
            pid = int(lines[0])
        except (FileNotFoundError, NotADirectoryError, IndexError, ValueError):
            return None
        command = " ".join([*_command_of(pid), ""])
        if f"postgres -D {self.cluster} " not in command:
            return None
        if len(lines) <= _LINE_STATUS:
            return Server(pid=pid, port=PORT, socket_dir=self.path, ready=False)
        return Server(
            pid=pid,
            port=int(lines[_LINE_PORT]),
            socket_dir=Path(lines[_LINE_SOCKET_DIRECTORY]),
            ready=lines[_LINE_STATUS].strip() == "ready",
        )


def try_lock(descriptor: int, operation: int) -> bool:
    """Take the lock (fcntl.LOCK_SH or LOCK_EX) if that is possible at once."""
    try:
        fcntl.flock(descriptor, operation | fcntl.LOCK_NB)
    except OSError as error:
        if error.errno in {errno.EWOULDBLOCK, errno.EACCES, errno.EAGAIN}:
            return False
        raise
    return True


def socket_directory(home: PostgresHome, owner: int) -> Path:
    """Where the socket goes: inside the home if its path is short enough for the kernel, else a temporary directory."""
    return next(
        path for path in _socket_choices(home, owner) if len(os.fsencode(path / _SOCKET)) <= _LONGEST_SOCKET_PATH
    )


def _socket_choices(home: PostgresHome, owner: int) -> Iterator[Path]:
    # One by one: where all but the data directory is read-only, asking for a temporary directory is an error.
    yield home.path / "socket"
    name = f"motcua-{hashlib.sha256(f'{owner}:{home.path}'.encode()).hexdigest()[:20]}"
    yield Path(tempfile.gettempdir()) / name
    yield Path("/tmp") / name  # noqa: S108 - the directory below it is private and its owner and mode are checked


def make_private_directory(path: Path, owner: int, group: int) -> None:
    """Make `path`, mode 0700, for `owner`. What is there already must be just that: the server trusts its visitors."""
    try:
        path.mkdir(mode=0o700)
    except FileExistsError:
        status = path.lstat()
        if not path.is_symlink() and path.is_dir() and status.st_uid == owner and not status.st_mode & 0o077:
            return
        raise PostgresUnavailable(
            f"{path} đã có sẵn nhưng không phải là thư mục riêng (quyền 0700) của người dùng số {owner}; hãy xoá nó.",
            f"{path} exists but is not a private directory (mode 0700) of user {owner}; remove it.",
        ) from None
    if os.geteuid() == 0:
        os.chown(path, owner, group)


def forget_stale_pid(lock_file: Path) -> None:
    """Remove a left-over lock file of PostgreSQL whose process number belongs to another program or to a zombie.

    The first happens when a container restarts, the second where nobody collects the dead; PostgreSQL would refuse to
    start for fear of both. A number that may be a PostgreSQL's, and one that is free, is left to PostgreSQL to judge;
    so are orphaned sessions of a killed server, which it knows by their shared memory.
    """
    try:
        pid = int(lock_file.read_text(encoding="utf-8").split(maxsplit=1)[0])
    except (FileNotFoundError, IndexError, ValueError):
        return
    if _PROCESSES_ARE_FILES and Path(f"/proc/{pid}").exists():
        program = Path(next(iter(_command_of(pid)), "zombie")).name
        if not program.startswith("postgres"):
            lock_file.unlink()


def _command_of(pid: int) -> list[str]:
    """The arguments of a process; empty when there is none (or only a zombie)."""
    if _PROCESSES_ARE_FILES:
        try:
            content = Path(f"/proc/{pid}/cmdline").read_bytes()
        except (FileNotFoundError, ProcessLookupError, PermissionError):
            return []
        return [os.fsdecode(part) for part in content.split(b"\0") if part]
    answer = subprocess.run(["/bin/ps", "-ww", "-o", "command=", "-p", str(pid)], capture_output=True, check=False)
    return os.fsdecode(answer.stdout).split()
