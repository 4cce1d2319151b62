"""The embedded server on real binaries: those of the wheel, or of MOTCUA_POSTGRES_BIN_DIR."""

import os
import pwd
import shutil
import signal
import stat
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from app.core.embedded_postgres import PostgresUnavailable, start_cluster
from app.core.postgres_binaries import OVERRIDE, find_binaries
from tests.core.cluster_watch import (
    LINUX,
    PROGRAM,
    admin_dsn,
    guardian_pid,
    is_gone,
    is_guarded,
    is_stopped,
    postmaster_pid,
    query,
    using,
    wait_until,
)

ORDINARY_UID = 65534
READABLE_BY_ALL = 0o755
NUMBER_OF_THE_KILLED_SERVER = ["free", "another program's", "a zombie's"] if LINUX else ["free"]
ORDINARY_PYTHON = "/usr/bin/python3"
ORDINARY_USER: dict[str, Any] = {"user": ORDINARY_UID, "group": ORDINARY_UID, "extra_groups": []}


def write_hundred_rows(dsn: str) -> None:
    query(dsn, "DROP TABLE IF EXISTS kept")
    query(dsn, "CREATE TABLE kept AS SELECT n FROM generate_series(1, 100) AS n")


def count_rows(dsn: str) -> int:
    return int(query(dsn, "SELECT count(*) FROM kept")[0][0])


def ordinary_user_can_take_part() -> bool:
    """Whether an ordinary user has a Python that will do, and reaches this program and the binaries."""
    code = (
        "import os, sys; sys.exit(sys.version_info < (3, 11) or not all(os.access(p, os.R_OK) for p in sys.argv[1:]))"
    )
    command = [ORDINARY_PYTHON, "-c", code, str(PROGRAM), str(find_binaries().bin_dir / "postgres")]
    return Path(ORDINARY_PYTHON).exists() and subprocess.run(command, check=False, **ORDINARY_USER).returncode == 0


@contextmanager
def passable_directory() -> Iterator[Path]:
    """A directory that everyone may pass through, with a short name."""
    with tempfile.TemporaryDirectory(prefix="motcua-test-") as name:
        directory = Path(name)
        directory.chmod(READABLE_BY_ALL)
        yield directory


@pytest.fixture(name="fresh_dir")
def _fresh_dir() -> Iterator[Path]:
    """A data directory that does not exist yet; nothing may be left running on it."""
    with passable_directory() as parent:
        yield parent / "data"
        if (parent / "data/postgres/guardian.lock").exists():
            wait_until(lambda: is_stopped(parent / "data"))


@pytest.fixture(name="initialised_dir", scope="module")
def _initialised_dir() -> Iterator[Path]:
    with passable_directory() as parent:
        with start_cluster(parent / "data") as cluster:
            cluster.release(wait=True)
        yield parent / "data"


@pytest.fixture(name="data_dir")
def _data_dir(initialised_dir: Path) -> Iterator[Path]:
    """A data directory with a cluster that is not running; nothing may be left running on it."""
    yield initialised_dir
    wait_until(lambda: is_stopped(initialised_dir))


async def test_first_start_makes_a_cluster_for_vietnamese_text_on_a_private_socket(fresh_dir: Path) -> None:
    with start_cluster(fresh_dir) as cluster:
        connection = await asyncpg.connect(admin_dsn(cluster))
        try:
            assert await connection.fetchval("SELECT rolsuper FROM pg_roles WHERE rolname = current_user") is True
            assert await connection.fetchval("SELECT lower('ĐẶNG THỊ HƯỜNG')") == "đặng thị hường"
            settings = {
                name: await connection.fetchval("SELECT current_setting($1)", name)
                for name in ("server_encoding", "TimeZone", "listen_addresses", "fsync", "jit")
            }
            major = int(await connection.fetchval("SHOW server_version_num")) // 10_000
        finally:
            await connection.close()
        assert settings == {
            "server_encoding": "UTF8",
            "TimeZone": "UTC",
            "listen_addresses": "",
            "fsync": "on",
            "jit": "off",
        }
        assert cluster.major == major
        assert stat.S_IMODE(cluster.socket_dir.stat().st_mode) == 0o700


def test_data_is_found_again_after_a_stop(data_dir: Path) -> None:
    with start_cluster(data_dir) as cluster:
        write_hundred_rows(admin_dsn(cluster))
        cluster.release(wait=True)
    assert is_stopped(data_dir)
    with start_cluster(data_dir) as cluster:
        assert count_rows(admin_dsn(cluster)) == 100


def test_two_starters_at_once_share_one_server(fresh_dir: Path) -> None:
    with using(fresh_dir) as one, using(fresh_dir) as two, using(fresh_dir) as three:
        answers = [user.answer()["dsn"] for user in (one, two, three)]
        started = {query(dsn, "SELECT pg_postmaster_start_time()")[0][0] for dsn in answers}
        assert len(started) == 1


def test_server_outlives_the_user_that_started_it(data_dir: Path) -> None:
    with using(data_dir) as first:
        dsn = first.answer()["dsn"]
        with start_cluster(data_dir) as cluster:
            server = postmaster_pid(data_dir)
            first.leave()
            time.sleep(0.5)
            assert postmaster_pid(data_dir) == server
            assert query(dsn, "SELECT 1") == [(1,)]
            cluster.release(wait=True)
    assert is_stopped(data_dir)
    assert is_gone(server)


def test_waiting_release_does_not_wait_for_other_users(data_dir: Path) -> None:
    with start_cluster(data_dir) as other, start_cluster(data_dir) as cluster:
        cluster.release(wait=True)
        assert query(admin_dsn(other), "SELECT 1") == [(1,)]


def test_server_stops_when_its_only_user_is_killed(data_dir: Path) -> None:
    with using(data_dir) as user:
        user.answer()
        server = postmaster_pid(data_dir)
        user.kill()
    wait_until(lambda: is_stopped(data_dir))
    assert is_gone(server)


def test_interrupt_key_reaches_the_program_and_not_the_server(data_dir: Path) -> None:
    with using(data_dir, start_new_session=True) as user:
        user.answer()
        with start_cluster(data_dir) as cluster:
            server = postmaster_pid(data_dir)
            os.killpg(user.process.pid, signal.SIGINT)
            user.kill()
            assert query(admin_dsn(cluster), "SELECT 1") == [(1,)]
            assert postmaster_pid(data_dir) == server


def test_server_of_a_killed_guardian_is_adopted_by_the_next_starter(data_dir: Path) -> None:
    with start_cluster(data_dir) as first:
        server = postmaster_pid(data_dir)
        os.kill(guardian_pid(data_dir), signal.SIGKILL)
        wait_until(lambda: not is_guarded(data_dir))
        with start_cluster(data_dir) as second:
            assert postmaster_pid(data_dir) == server
            assert is_guarded(data_dir)
            first.release()
            assert query(admin_dsn(second), "SELECT 1") == [(1,)]
            second.release(wait=True)
    assert is_gone(server)


def test_last_user_stops_the_server_even_if_the_guardian_was_killed(data_dir: Path) -> None:
    with start_cluster(data_dir) as cluster:
        server = postmaster_pid(data_dir)
        os.kill(guardian_pid(data_dir), signal.SIGKILL)
        wait_until(lambda: not is_guarded(data_dir))
        cluster.release(wait=True)
    assert is_gone(server)


def test_killed_server_comes_back_with_its_data(data_dir: Path) -> None:
    with start_cluster(data_dir) as cluster:
        write_hundred_rows(admin_dsn(cluster))
        server = postmaster_pid(data_dir)
        os.kill(server, signal.SIGKILL)
        wait_until(lambda: is_gone(server))
        assert count_rows(admin_dsn(cluster)) == 100
        assert postmaster_pid(data_dir) != server


@pytest.mark.parametrize("number_is", NUMBER_OF_THE_KILLED_SERVER)
def test_start_recovers_after_everything_was_killed(data_dir: Path, number_is: str) -> None:
    with using(data_dir) as user:
        dsn = user.answer()["dsn"]
        write_hundred_rows(dsn)
        server = postmaster_pid(data_dir)
        for pid in (guardian_pid(data_dir), server):
            os.kill(pid, signal.SIGKILL)
        user.kill()
    wait_until(lambda: is_gone(server) and not is_guarded(data_dir))
    with subprocess.Popen(["/bin/sh", "-c", "exit"]) as zombie:
        wait_until(lambda: not LINUX or is_gone(zombie.pid))
        number = {"free": server, "another program's": os.getpid(), "a zombie's": zombie.pid}[number_is]
        socket_lock = data_dir / "postgres/socket/.s.PGSQL.5432.lock"
        for left_over in (data_dir / "postgres/cluster/postmaster.pid", socket_lock):
            content = left_over.read_text(encoding="utf-8")
            left_over.write_text(content.replace(str(server), str(number), 1), encoding="utf-8")
        with start_cluster(data_dir) as cluster:
            assert count_rows(admin_dsn(cluster)) == 100


def test_half_made_cluster_is_made_again(fresh_dir: Path) -> None:
    unfinished = fresh_dir / "postgres/cluster.new"
    with using(fresh_dir) as user:
        wait_until((unfinished / "postgresql.conf").exists)
        os.kill(guardian_pid(fresh_dir), signal.SIGKILL)
        user.kill()
    assert unfinished.exists()
    assert not (fresh_dir / "postgres/cluster").exists()
    with start_cluster(fresh_dir) as cluster:
        assert query(admin_dsn(cluster), "SELECT 1") == [(1,)]
    assert not unfinished.exists()


def test_guardian_of_a_directory_moved_away_stops_its_server_and_leaves_the_new_one_alone(fresh_dir: Path) -> None:
    with start_cluster(fresh_dir) as old:
        server = postmaster_pid(fresh_dir)
        fresh_dir.rename(fresh_dir.with_name("moved"))
        with start_cluster(fresh_dir) as new:
            wait_until(lambda: is_gone(server))
            old.release(wait=True)
            assert query(admin_dsn(new), "SELECT 1") == [(1,)]


def test_socket_of_a_long_data_directory_goes_to_a_private_temporary_place(fresh_dir: Path) -> None:
    long = fresh_dir / ("a" * 60) / ("b" * 60)
    with start_cluster(long) as cluster:
        assert not cluster.socket_dir.is_relative_to(fresh_dir)
        assert stat.S_IMODE(cluster.socket_dir.stat().st_mode) == 0o700
        assert query(admin_dsn(cluster), "SELECT 1") == [(1,)]
        cluster.release(wait=True)
    assert not cluster.socket_dir.exists()

    cluster.socket_dir.mkdir()
    cluster.socket_dir.chmod(READABLE_BY_ALL)
    with pytest.raises(PostgresUnavailable, match="0700"):
        start_cluster(long)
    cluster.socket_dir.rmdir()


def test_nothing_outside_the_data_directory_changes(fresh_dir: Path) -> None:
    bin_dir = find_binaries().bin_dir
    outside = [*fresh_dir.parents, bin_dir, *bin_dir.parents, *bin_dir.iterdir()]

    def appearance() -> list[tuple[int, int, int]]:
        return [(status.st_mode, status.st_uid, status.st_gid) for status in (path.stat() for path in outside)]

    before, accounts = appearance(), pwd.getpwall()
    with start_cluster(fresh_dir) as cluster:
        cluster.release(wait=True)
    assert appearance() == before
    assert pwd.getpwall() == accounts


def test_data_of_another_major_version_is_refused_with_its_number(fresh_dir: Path) -> None:
    (fresh_dir / "postgres/cluster").mkdir(parents=True)
    (fresh_dir / "postgres/cluster/PG_VERSION").write_text("12\n", encoding="ascii")
    with pytest.raises(PostgresUnavailable, match="PostgreSQL 12"):
        start_cluster(fresh_dir)


def test_failed_start_shows_the_server_s_own_words(data_dir: Path) -> None:
    settings = data_dir / "postgres/cluster/postgresql.conf"
    good = settings.read_text(encoding="utf-8")
    settings.write_text(f"{good}no_such_setting = 1\n", encoding="utf-8")
    try:
        with pytest.raises(PostgresUnavailable, match="no_such_setting"):
            start_cluster(data_dir)
    finally:
        settings.write_text(good, encoding="utf-8")


if os.geteuid() == 0 and ordinary_user_can_take_part():

    def test_root_and_the_owner_of_the_directory_start_it_in_turn(
        fresh_dir: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv(OVERRIDE, str(find_binaries().bin_dir))
        fresh_dir.mkdir()
        os.chown(fresh_dir, ORDINARY_UID, ORDINARY_UID)
        with using(fresh_dir, python=ORDINARY_PYTHON, **ORDINARY_USER) as user:
            write_hundred_rows(user.answer()["dsn"])
        wait_until(lambda: is_stopped(fresh_dir))
        with start_cluster(fresh_dir) as cluster:
            assert count_rows(admin_dsn(cluster)) == 100
            assert Path(f"/proc/{postmaster_pid(fresh_dir)}").stat().st_uid == ORDINARY_UID
            cluster.release(wait=True)
        with using(fresh_dir, python=ORDINARY_PYTHON, **ORDINARY_USER) as user:
            assert count_rows(user.answer()["dsn"]) == 100
        owners = {path.lstat().st_uid for path in fresh_dir.rglob("*")}
        assert owners == {ORDINARY_UID}


if os.geteuid() == 0 and Path("/proc/sys/user/max_user_namespaces").exists():

    def test_root_without_namespaces_runs_the_server_as_nobody_from_a_copy(
        fresh_dir: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        prefix = find_binaries().bin_dir.parent
        package, closed = prefix.parent, fresh_dir.parent / "closed"
        shutil.copytree(prefix, closed / package.name / prefix.name, symlinks=True)
        if package.with_name(f"{package.name}.libs").exists():
            shutil.copytree(package.with_name(f"{package.name}.libs"), closed / f"{package.name}.libs")
        closed.chmod(0o700)
        monkeypatch.setenv(OVERRIDE, str(closed / package.name / prefix.name / "bin"))
        with using(fresh_dir, "--without-namespaces") as user:
            dsn = user.answer()["dsn"]
            assert query(dsn, "SELECT 1") == [(1,)]
            nobody = pwd.getpwnam("nobody").pw_uid
            assert Path(f"/proc/{postmaster_pid(fresh_dir)}").stat().st_uid == nobody
            assert {path.lstat().st_uid for path in (fresh_dir / "postgres/cluster").rglob("*")} == {nobody}
        assert stat.S_IMODE(closed.stat().st_mode) == 0o700

    def test_root_without_namespaces_is_told_when_nobody_cannot_reach_the_directory(fresh_dir: Path) -> None:
        closed = fresh_dir.parent / "closed"
        closed.mkdir(mode=0o700)
        with using(closed / "data", "--without-namespaces") as user:
            error = user.answer()["error"]
        assert "MOTCUA_DATA_DIR" in error
        assert stat.S_IMODE(closed.stat().st_mode) == 0o700
