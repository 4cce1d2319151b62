"""The guardian: one small process per cluster that starts the server, restarts it if it dies, and ends it at last.

`embedded_postgres` runs it as `python -m app.core.postgres_guardian <home> <bin dir> <major> <version> <lock>`, where
the lock is the descriptor of `guardian.lock`, already held. It lives in a session of its own, so that Ctrl-C in a
terminal reaches the program and not the database under it, and it is nobody's child, so that nobody waits for it.
"""

import contextlib
import dataclasses
import fcntl
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Literal

from app.core.postgres_account import Account, choose_account
from app.core.postgres_binaries import PostgresUnavailable
from app.core.postgres_home import (
    PORT,
    PostgresHome,
    forget_stale_pid,
    make_private_directory,
    socket_directory,
    try_lock,
)

SUPERUSER = "motcua_admin"
_POLL_SECONDS = 0.1
_RETRY_SECONDS = 0.2
_MOST_FAILURES = 5
_FAST_SHUTDOWN_SECONDS = 60.0
_IMMEDIATE_SHUTDOWN_SECONDS = 15.0
_BUILTIN_LOCALE_SINCE = 17

_HBA = "# Only the socket, whose directory nobody but its owner can enter.\nlocal all all trust\n"
_SETTINGS = """
# Settings of the embedded server; later lines win, so changes belong below. Socket and port come from the command line.
max_connections = 100
shared_buffers = 256MB
jit = off
random_page_cost = 1.1
wal_level = minimal
max_wal_senders = 0
fsync = on
default_text_search_config = 'pg_catalog.simple'
timezone = 'UTC'
log_timezone = 'UTC'
# A log file for each weekday, emptied a week later. Neither statements nor row contents: they may hold personal data.
logging_collector = on
log_directory = 'log'
log_filename = 'postgresql-%a.log'
log_truncate_on_rotation = on
log_rotation_age = 1d
log_rotation_size = 0
log_line_prefix = '%m [%p] %q%u@%d '
log_min_error_statement = panic
log_error_verbosity = terse
"""


@dataclasses.dataclass(frozen=True, slots=True)
class Postmaster:
    """The server's first process: our child, or an adopted one (then `child` is None)."""

    home: PostgresHome
    pid: int
    child: subprocess.Popen[bytes] | None = None

    def is_alive(self) -> bool:
        if self.child is not None:
            return self.child.poll() is None
        server = self.home.running_server()
        return server is not None and server.pid == self.pid

    def is_ready(self) -> bool:
        server = self.home.running_server()
        return server is not None and server.pid == self.pid and server.ready

    def stop(self) -> None:
        """Fast shutdown: sessions end, all is written. If that hangs, the immediate one, which loses nothing either."""
        for signal_number, patience in (
            (signal.SIGINT, _FAST_SHUTDOWN_SECONDS),
            (signal.SIGQUIT, _IMMEDIATE_SHUTDOWN_SECONDS),
        ):
            deadline = time.monotonic() + patience
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.pid, signal_number)
            while time.monotonic() < deadline:
                if not self.is_alive():
                    return
                time.sleep(_POLL_SECONDS / 10)


class Guardian:
    """Keeps one cluster running as long as `users.lock` has holders."""

    def __init__(self, home: PostgresHome, bin_dir: Path, major: int, version: str, lock: int) -> None:
        self.home = home
        self.major = major
        self.lock = lock
        self.users = home.open_file(home.users_lock)
        self.account = choose_account(home.path)
        self.bin_dir = _reachable_binaries(home, bin_dir, version, self.account)
        self.socket_dir = socket_directory(home, self.account.uid)

    def run(self) -> None:
        """Return when the last user has gone and the server has stopped; PostgresUnavailable if it never starts."""
        failures = 0
        while self.home.is_home_of(self.users):
            # A server whose guardian was killed is adopted as it is. If it shows only after we looked, then ours finds
            # its postmaster.pid and gives up at once, and the next round adopts the other.
            running = self.home.running_server()
            if running is None and self._deserted():
                break
            postmaster = Postmaster(self.home, running.pid) if running else self._start()
            outcome = self._watch(postmaster)
            if outcome == "deserted":
                break
            failures = 0 if outcome == "died" else failures + 1
            if failures == _MOST_FAILURES:
                raise PostgresUnavailable(
                    f"PostgreSQL không khởi động được; xem thêm {self.home.server_log}.",
                    f"PostgreSQL does not start; see also {self.home.server_log}.",
                )
            time.sleep(_RETRY_SECONDS)  # the orphans of a killed server need a moment to notice
        if self.socket_dir.parent != self.home.path:
            with contextlib.suppress(OSError):
                self.socket_dir.rmdir()

    def _start(self) -> Postmaster:
        if self.home.initialised_major() is None:
            self._initialise()
        make_private_directory(self.socket_dir, self.account.uid, self.account.gid)
        forget_stale_pid(self.home.cluster / "postmaster.pid")
        forget_stale_pid(self.socket_dir / f".s.PGSQL.{PORT}.lock")
        child = self._popen("postgres", "-D", self.home.cluster, "-h", "", "-k", self.socket_dir, "-p", str(PORT))
        return Postmaster(self.home, child.pid, child)

    def _watch(self, postmaster: Postmaster) -> Literal["deserted", "died", "never ready"]:
        was_ready = False
        while postmaster.is_alive():
            if not self.home.is_home_of(self.users) or self._deserted():
                postmaster.stop()
                return "deserted"
            was_ready = was_ready or postmaster.is_ready()
            time.sleep(_POLL_SECONDS)
        return "died" if was_ready else "never ready"

    def _deserted(self) -> bool:
        """True when nobody uses the cluster; from then on nobody can begin to until this process ends."""
        return try_lock(self.users, fcntl.LOCK_EX)

    def _initialise(self) -> None:
        """Build the cluster beside its place and rename it when complete: what is in place is never half done.

        initdb inherits the guardian's lock. If we are killed meanwhile, the next guardian can start only when initdb
        has ended too, and removes what it left.
        """
        unfinished = self.home.unfinished_cluster
        for locale in _locales(self.major):
            if unfinished.exists():
                shutil.rmtree(unfinished)
            options = ["--username", SUPERUSER, "--auth=trust", "--encoding=UTF8", "--data-checksums", *locale]
            if self._popen("initdb", "--pgdata", unfinished, "--no-instructions", *options).wait() == 0:
                break
        else:
            raise PostgresUnavailable("initdb không tạo được cơ sở dữ liệu.", "initdb could not create the cluster.")
        _write_durably(unfinished / "postgresql.conf", _SETTINGS, "a")
        _write_durably(unfinished / "pg_hba.conf", _HBA, "w")
        unfinished.rename(self.home.cluster)
        directory = os.open(self.home.path, os.O_RDONLY)
        os.fsync(directory)
        os.close(directory)

    def _popen(self, program: str, *arguments: str | Path) -> subprocess.Popen[bytes]:
        environment = {name: value for name, value in os.environ.items() if not name.startswith(("PG", "LC_"))}
        return subprocess.Popen(
            [self.bin_dir / program, *arguments],
            stdin=subprocess.DEVNULL,
            env={**environment, "LC_ALL": "C"},
            cwd="/",
            umask=0o077,
            pass_fds=(self.lock,) if program == "initdb" else (),
            preexec_fn=self.account.enter,  # noqa: PLW1509 - the guardian has a single thread
        )


def _locales(major: int) -> list[list[str]]:
    """What to try in turn: character rules of Unicode that do not depend on the machine where PostgreSQL has them."""
    if major >= _BUILTIN_LOCALE_SINCE:
        return [["--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]]
    return [["--locale=C.UTF-8"], ["--locale=C"]]


def _write_durably(path: Path, text: str, mode: Literal["a", "w"]) -> None:
    with path.open(mode, encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())


def _reachable_binaries(home: PostgresHome, bin_dir: Path, version: str, account: Account) -> Path:
    """The directory of the binaries: a copy in the home if the account cannot reach the original (below /root, say).

    The wheel's programs look for their libraries in `<package>.libs` beside the package, so the copy keeps that form.
    """
    if account.reaches(bin_dir / "postgres", os.X_OK):
        return bin_dir
    prefix = bin_dir.parent
    package = prefix.parent
    copy = home.path / f"binaries-{version}"
    if not copy.exists():
        unfinished = copy.with_name(f"{copy.name}.new")
        if unfinished.exists():
            shutil.rmtree(unfinished)
        shutil.copytree(prefix, unfinished / package.name / prefix.name, symlinks=True)
        libraries = package.with_name(f"{package.name}.libs")
        if libraries.is_dir():
            shutil.copytree(libraries, unfinished / libraries.name, symlinks=True)
        account.own(unfinished)
        os.chown(unfinished, account.uid, account.gid)
        unfinished.rename(copy)
    return copy / package.name / prefix.name / bin_dir.name


def _ignore(signal_number: int, frame: object) -> None:
    """Stay until the users have gone; unlike SIG_IGN, a handler is not inherited by the server."""


def main(arguments: list[str]) -> int:
    """Become a daemon and guard. Returns the exit status; reasons of failure go to standard error, which is the log."""
    home, bin_dir, major, version, lock = arguments
    if os.fork() != 0:
        return 0
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _ignore)
    os.chdir("/")
    os.ftruncate(int(lock), 0)
    os.pwrite(int(lock), f"{os.getpid()}\n".encode(), 0)  # for whoever looks; the lock itself is what counts
    try:
        Guardian(PostgresHome(Path(home)), Path(bin_dir), int(major), version, int(lock)).run()
    except (PostgresUnavailable, OSError, subprocess.SubprocessError) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
