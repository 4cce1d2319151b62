"""Directories where a file lies while it is looked at. What a killed program left behind is swept by age."""

import datetime as dt
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

_FOLDER = "workplace"


@contextmanager
def open_workplace(data_dir: Path) -> Iterator[Path]:
    """Lend an empty directory on the disk of `data_dir`, not in memory; it is gone afterwards."""
    folder = data_dir / _FOLDER
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    with TemporaryDirectory(dir=folder) as directory:
        yield Path(directory)


def sweep_workplaces(data_dir: Path, *, before: dt.datetime) -> int:
    """Remove directories that nobody wrote to since `before`; return how many."""
    folder = data_dir / _FOLDER
    left = [path for path in folder.glob("*") if path.stat().st_mtime < before.timestamp()] if folder.is_dir() else []
    for path in left:
        shutil.rmtree(path, ignore_errors=True)
    return len(left)
