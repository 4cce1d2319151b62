"""As whom the embedded server runs. PostgreSQL refuses to run as root, and we add no system user for it.

* An ordinary user: as that user.
* Root, on a directory that belongs to someone else: as that owner, so that both can start it in turn.
* Root: in a user namespace in which root's number is called `nobody`. The files stay root's.
* Root where namespaces are forbidden: as `nobody`, to whom the server's own directory is given.
"""

import ctypes
import dataclasses
import os
import pwd
from collections.abc import Callable
from pathlib import Path

from app.core.postgres_binaries import PostgresUnavailable

_CLONE_NEWUSER = 0x10000000
_USUAL_NOBODY = 65534


@dataclasses.dataclass(frozen=True, slots=True)
class Account:
    """`uid` and `gid` own the server's files as the rest of the system sees them."""

    uid: int
    gid: int
    in_namespace: bool = False

    def enter(self) -> None:
        """Become this account, for good. Only for a process without other threads, about to execute a program."""
        if self.in_namespace:
            _enter_user_namespace()
        elif self.uid != os.geteuid():
            os.setgroups([])
            os.setgid(self.gid)
            os.setuid(self.uid)

    def reaches(self, path: Path, mode: int) -> bool:
        """Whether this account may use `path` (os.R_OK | os.W_OK | os.X_OK), its parents included; tried in a child."""

        def attempt() -> bool:
            self.enter()
            return os.access(path, mode)

        return _in_child(attempt)

    def own(self, tree: Path) -> None:
        """Make everything below `tree` (not `tree` itself) belong to this account; for root only."""
        for directory, names, files in os.walk(tree):
            for name in (*names, *files):
                os.chown(Path(directory) / name, self.uid, self.gid, follow_symlinks=False)


def choose_account(home: Path) -> Account:
    """The account for the server whose directory is `home`; gives the directory to `nobody` where nothing else is left.

    Raises PostgresUnavailable when that account cannot reach the directory.
    """
    own = os.geteuid()
    namespace = Account(own, os.getegid(), in_namespace=True)
    if own != 0:
        # initdb insists on a name for its user; a container may run us under a number that has none.
        return Account(own, os.getegid()) if _has_name(own) else namespace
    owner = home.stat()
    if owner.st_uid != 0:
        account = Account(owner.st_uid, owner.st_gid)
    elif namespace.reaches(home, os.R_OK | os.W_OK | os.X_OK):
        return namespace
    else:
        account = _nobody()
        _give(home, account)
    if not account.reaches(home, os.R_OK | os.W_OK | os.X_OK):
        raise PostgresUnavailable(
            f"Chạy bằng root thì PostgreSQL phải dùng tài khoản số {account.uid}, nhưng tài khoản này không đi tới "
            f"được {home}. Hãy đặt MOTCUA_DATA_DIR ở nơi mọi người đi qua được (ví dụ /var/lib/motcua), hoặc chạy bằng "
            "người dùng thường.",
            f"Started by root, PostgreSQL has to run as user {account.uid}, who cannot reach {home}. Set "
            "MOTCUA_DATA_DIR to a place everyone may pass through (such as /var/lib/motcua), or start as an ordinary "
            "user.",
        )
    return account


def _give(home: Path, account: Account) -> None:
    """Hand the server's directory over. `home` itself comes last: until it has changed hands, each start does it again.

    Of the data directory around it only the group changes, and only when the account could not pass through otherwise.
    """
    account.own(home)
    if not account.reaches(home.parent, os.X_OK):
        os.chown(home.parent, -1, account.gid)
        home.parent.chmod(home.parent.stat().st_mode | 0o010)
    os.chown(home, account.uid, account.gid)


def _nobody() -> Account:
    try:
        entry = pwd.getpwnam("nobody")
    except KeyError:
        return Account(_USUAL_NOBODY, _USUAL_NOBODY)
    return Account(entry.pw_uid, entry.pw_gid)


def _has_name(uid: int) -> bool:
    try:
        pwd.getpwuid(uid)
    except KeyError:
        return False
    return True


def _enter_user_namespace() -> None:
    """Call ourselves `nobody` while staying who we are. Raises OSError where the system forbids it."""
    inside, uid, gid = _nobody(), os.geteuid(), os.getegid()
    _unshare_user_namespace()
    Path("/proc/self/setgroups").write_text("deny", encoding="ascii")
    Path("/proc/self/uid_map").write_text(f"{inside.uid} {uid} 1", encoding="ascii")
    Path("/proc/self/gid_map").write_text(f"{inside.gid} {gid} 1", encoding="ascii")


def _unshare_user_namespace() -> None:
    """os.unshare exists from Python 3.12 on; the C library has always had it on Linux."""
    unshare = getattr(ctypes.CDLL(None, use_errno=True), "unshare", None)
    if unshare is None:
        raise OSError("This system has no user namespaces")
    if unshare(_CLONE_NEWUSER) != 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))


def _in_child(attempt: Callable[[], bool]) -> bool:
    """Try something irreversible in a forked child; False also when it raises OSError. No other thread may run."""
    child = os.fork()
    if child == 0:
        succeeded = False
        try:
            succeeded = attempt()
        except OSError:
            succeeded = False
        finally:
            os._exit(0 if succeeded else 1)
    return os.waitpid(child, 0)[1] == 0
