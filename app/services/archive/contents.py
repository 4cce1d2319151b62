"""What lies in a package, and how its folder is laid out: names that any system reads, the same order each time."""

import datetime as dt
import hashlib
import json
import re
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from app.core.clock import LOCAL_ZONE

METS, SUMS = "METS.xml", "SHA256SUMS"
PREMIS, DESCRIPTION = "metadata/preservation/premis.xml", "metadata/descriptive/dc.xml"
_DATA = "representations/rep1/data"
_NAMESPACE = uuid.UUID("6f1f1c0e-6d3b-5b43-9a52-6d6f74637561")
_UNSAFE = re.compile(r"[^A-Za-z0-9]+")
_EXTENSIONS = {
    "application/pdf": "pdf",
    "image/jpeg": "jpg",
    "image/png": "png",
    "image/tiff": "tif",
    "image/heic": "heic",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": "docx",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "xlsx",
}


@dataclass(frozen=True, slots=True)
class Entry:
    """A file of the package. `content` None: its bytes come from the store, by `sha256`."""

    path: str
    sha256: str
    size_bytes: int
    media_type: str
    label: str
    section: str
    created_at: dt.datetime
    content: bytes | None = None


@dataclass(frozen=True, slots=True)
class Package:
    """A package before it is written: who it is and every file but the manifests."""

    object_id: str
    folder: str
    dossier: str
    title: str
    unit_code: str
    unit_name: str
    accepted_on: dt.date | None
    made_at: dt.datetime
    entries: tuple[Entry, ...]


def object_id(fonds: str, dossier: str, number: int) -> tuple[str, str]:
    """Return (`urn:<fonds>:<uuid>`, the uuid): the same dossier and number give the same."""
    identifier = str(uuid.uuid5(_NAMESPACE, f"{fonds}/{dossier}/{number}"))
    return f"urn:{fonds}:{identifier}", identifier


def made_entry(
    path: str, content: bytes, *, media_type: str, label: str, section: str, created_at: dt.datetime
) -> Entry:
    """Return a file that the package makes itself."""
    digest = hashlib.sha256(content).hexdigest()
    return Entry(path, digest, len(content), media_type, label, section, created_at, content)


def stored_entries(rows: Sequence[Any]) -> list[Entry]:
    """Return the stored files under plain names in the order given; the same content is there once."""
    entries: dict[str, Entry] = {}
    for row in rows:
        if row.sha256 in entries:
            continue
        number = len(entries) + 1
        label = _UNSAFE.sub("-", row.label).strip("-") or "file"
        extension = _EXTENSIONS.get(row.media_type, "bin")
        entries[row.sha256] = Entry(
            path=f"{_DATA}/{row.section}/{number:04d}-{label}.{extension}",
            sha256=row.sha256,
            size_bytes=row.size_bytes,
            media_type=row.media_type,
            label=row.name,
            section=row.section,
            created_at=row.at,
        )
    return list(entries.values())


def event_lines(events: Sequence[Any]) -> bytes:
    """Return the log as JSON lines, one event each, in order."""
    return b"".join(
        _json(
            {
                "seq": event.seq,
                "type": event.type,
                "state": event.state,
                "occurred_at": _instant(event.occurred_at),
                "unit": event.unit,
                "actor": event.actor,
                "data": event.data,
            }
        )
        for event in events
    )


def record_entries(
    document: Mapping[str, Any], events: Sequence[Any], *, created_at: dt.datetime
) -> tuple[Entry, Entry]:
    """Return the dossier as data and its log."""
    return (
        made_entry(
            f"{_DATA}/record/dossier.json",
            _json(document),
            media_type="application/json",
            label="Hồ sơ dưới dạng dữ liệu",
            section="record",
            created_at=created_at,
        ),
        made_entry(
            f"{_DATA}/record/events.jsonl",
            event_lines(events),
            media_type="application/jsonl",
            label="Nhật ký sự kiện của hồ sơ",
            section="record",
            created_at=created_at,
        ),
    )


def _json(value: Mapping[str, Any]) -> bytes:
    text = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=_plain)
    return text.encode() + b"\n"


def _plain(value: object) -> object:
    return _instant(value) if isinstance(value, dt.datetime) else str(value)


def _instant(value: dt.datetime) -> str:
    return value.astimezone(LOCAL_ZONE).isoformat()
