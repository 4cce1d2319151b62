"""A program that uses an embedded cluster, for the tests to run, to watch and to kill.

`python cluster_user.py <data dir> [--without-namespaces]` prints one line of JSON when it has its share, or the reason
why it gets none, and gives the share back when its standard input ends.
"""

import ctypes
import json
import os
import sys
from pathlib import Path

from app.core.embedded_postgres import PostgresUnavailable, start_cluster

_CLONE_NEWUSER = 0x10000000


def forbid_user_namespaces() -> None:
    """Move (as root) into a user namespace that looks like the system itself except that no more can be made in it."""
    entered, entry = os.pipe()
    child = os.fork()
    if child == 0:
        os.read(entered, 1)
        for kind in ("uid_map", "gid_map"):
            Path(f"/proc/{os.getppid()}/{kind}").write_text("0 0 65536", encoding="ascii")
        os._exit(0)
    if ctypes.CDLL(None).unshare(_CLONE_NEWUSER) != 0:
        raise OSError("This machine has no user namespaces to forbid")
    os.write(entry, b".")
    os.waitpid(child, 0)
    Path("/proc/sys/user/max_user_namespaces").write_text("0", encoding="ascii")


def main() -> None:
    if "--without-namespaces" in sys.argv:
        forbid_user_namespaces()
    try:
        cluster = start_cluster(Path(sys.argv[1]))
    except PostgresUnavailable as error:
        sys.stdout.write(json.dumps({"error": str(error)}) + "\n")
        return
    dsn = cluster.dsn("postgres", "motcua_admin")
    sys.stdout.write(json.dumps({"dsn": dsn, "socket_dir": str(cluster.socket_dir)}) + "\n")
    sys.stdout.flush()
    sys.stdin.read()
    cluster.release(wait=True)


main()
