"""Writes a package as a ZIP that is the same bytes each time: stored, one date, sorted, nothing else in it.

The bytes stream from the store to the file; no paper is ever whole in memory.
"""

import zipfile
from collections.abc import AsyncIterator, Callable
from pathlib import Path

from app.services.archive.contents import Entry, Package
from app.services.archive.manifests import manifest_entries

_EPOCH = (1980, 1, 1, 0, 0, 0)
_UNIX = 3
_READABLE = 0o100644 << 16

Opened = Callable[[str], AsyncIterator[bytes]]
"""Opens a content of the store by its SHA-256."""


async def write_package(path: Path, package: Package, opened: Opened) -> int:
    """Write the package to `path`; return how many files it holds. Raises what the store raises for lost bytes."""
    entries = sorted([*package.entries, *manifest_entries(package)], key=lambda entry: entry.path)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED, allowZip64=True) as container:
        for entry in entries:
            with container.open(_described(package, entry), "w", force_zip64=False) as file:
                if entry.content is not None:
                    file.write(entry.content)
                    continue
                async for piece in opened(entry.sha256):
                    file.write(piece)
    return len(entries)


def _described(package: Package, entry: Entry) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(f"{package.folder}/{entry.path}", date_time=_EPOCH)
    info.file_size = entry.size_bytes
    info.create_system = _UNIX
    info.external_attr = _READABLE
    return info
