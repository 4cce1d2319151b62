"""Judges an archive package with nothing but the standard library, sharing no code with whoever wrote it.

Every byte is accounted for: entries follow each other without a gap under the headers they must have, each file has the
hash and size that the manifests say, and each manifest speaks of every file and of no other.
"""

import hashlib
import json
import re
import struct
import zipfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree as ET

_METS, _XLINK = "{http://www.loc.gov/METS/}", "{http://www.w3.org/1999/xlink}"
_PREMIS = "{http://www.loc.gov/premis/v3}"
_ROOT = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*(/[A-Za-z0-9][A-Za-z0-9._-]*)*")
_DOS_DATE, _UNIX, _READABLE = 33, 3 << 8 | 20, 0o100644 << 16
_MANIFESTS = {"METS.xml", "SHA256SUMS"}


def faults_of(path: Path) -> list[str]:
    """Return everything that is wrong with the package at `path`; empty if it is as it was made."""
    try:
        with zipfile.ZipFile(path) as container:
            return list(_container_faults(container, path)) or list(_Package(container).faults())
    # NotImplementedError is zipfile's word for a packing that it does not know.
    except (zipfile.BadZipFile, EOFError, OSError, struct.error, NotImplementedError, ValueError) as error:
        return [f"container: {error}"]


def _container_faults(container: zipfile.ZipFile, path: Path) -> Iterator[str]:
    """Names, headers and places of entries: nothing hides between them, before them or behind them."""
    infos, offset, directory = container.infolist(), 0, b""
    names = [info.filename for info in infos]
    roots = {name.partition("/")[0] for name in names}
    if len(roots) != 1 or not _ROOT.fullmatch(min(roots)):
        yield "container: one folder, named by a UUID, was expected"
    if names != sorted(set(names)) or not all(_NAME.fullmatch(name) for name in names):
        yield "container: entries twice or out of order, or names that are not plain"
    with path.open("rb") as file:
        for info in infos:
            name, size = info.filename.encode(), info.file_size
            facts = (20, 0, 0, 0, _DOS_DATE, info.CRC, size, size, len(name), 0)
            header = struct.pack("<4s5H3I2H", b"PK\3\4", *facts) + name
            directory += struct.pack("<4sH5H3I5H2I", b"PK\1\2", _UNIX, *facts, 0, 0, 0, _READABLE, offset) + name
            file.seek(offset)
            if info.header_offset != offset or file.read(len(header)) != header:
                yield f"{info.filename}: not described as it must be"
            offset += len(header) + size
        size = len(directory)
        file.seek(offset)
        end = struct.pack("<4s4H2IH", b"PK\5\6", 0, 0, len(infos), len(infos), size, offset, 0)
        if file.read(size + len(end) + 1) != directory + end:
            yield "container: a directory that is not that of these entries, or bytes that belong to none"


class _Package:
    """The files of a container, hashed once."""

    def __init__(self, container: zipfile.ZipFile) -> None:
        self.container, self.folder = container, container.namelist()[0].partition("/")[0]
        self.found: dict[str, tuple[str, str]] = {}
        for info in container.infolist():
            with container.open(info) as file:
                digest = hashlib.file_digest(file, "sha256").hexdigest()  # type: ignore[arg-type]  # it can readinto
            self.found[info.filename.removeprefix(f"{self.folder}/")] = (digest, str(info.file_size))

    def faults(self) -> Iterator[str]:
        yield from self._sum_faults()
        yield from self._mets_faults()
        for name in sorted(self.found):
            if name.endswith(".pdf") and self._read(name)[:5] != b"%PDF-":
                yield f"{name}: not a PDF"

    def _read(self, name: str) -> bytes:
        return self.container.read(f"{self.folder}/{name}") if name in self.found else b""

    def _parse(self, name: str, tag: str) -> ET.Element | None:
        content = self._read(name)
        try:
            root = ET.fromstring(content)  # noqa: S314 - documents with a type, which could expand, are refused
        except ET.ParseError:
            return None
        return None if b"<!" in content or root.tag != tag else root

    def _sum_faults(self) -> Iterator[str]:
        text = self._read("SHA256SUMS").decode("utf-8", "replace")
        listed = {name: digest for digest, _, name in (line.partition("  ") for line in text.splitlines())}
        others = {name: digest for name, (digest, _) in self.found.items() if name != "SHA256SUMS"}
        if text != "".join(f"{others[name]}  {name}\n" for name in sorted(others)):
            yield "SHA256SUMS: not the list of this package"
        yield from (f"{name}: named in SHA256SUMS, missing" for name in sorted(listed.keys() - others.keys()))
        yield from (f"{name}: not named in SHA256SUMS" for name in sorted(others.keys() - listed.keys()))
        yield from (f"{name}: changed" for name in sorted(others) if listed.get(name, others[name]) != others[name])

    def _mets_faults(self) -> Iterator[str]:
        root = self._parse("METS.xml", f"{_METS}mets")
        if root is None:
            yield "METS.xml: not a METS document"
            return
        if not re.fullmatch(rf"urn:[A-Za-z0-9.]+:{self.folder}", root.get("OBJID", "")):
            yield "METS.xml: OBJID is not that of the folder"
        elements = list(root.iter(f"{_METS}file"))
        files = [location.get(f"{_XLINK}href", "") for location in root.iter(f"{_METS}FLocat")]
        references = list(root.iter(f"{_METS}mdRef"))
        listed = files + [reference.get(f"{_XLINK}href", "") for reference in references]
        if Counter(listed) != Counter(self.found.keys() - _MANIFESTS):
            yield f"METS.xml: not every file once ({sorted(set(listed) ^ (self.found.keys() - _MANIFESTS))})"
        for name, element in zip(listed, elements + references, strict=False):
            facts = (element.get("CHECKSUM"), element.get("SIZE"), element.get("CHECKSUMTYPE"))
            if facts != (*self.found.get(name, ("", "")), "SHA-256"):
                yield f"{name}: METS.xml says other bytes, or it is missing"
        pointers = [pointer.get("FILEID") for pointer in root.iter(f"{_METS}fptr")]
        if Counter(pointers) != Counter(element.get("ID") for element in elements) or len(elements) != len(files):
            yield "METS.xml: the structure does not hold each file once"
        yield from self._premis_faults(files)
        for name in files:
            if name.endswith(".jsonl"):
                yield from self._log_faults(name)

    def _premis_faults(self, files: list[str]) -> Iterator[str]:
        root = self._parse("metadata/preservation/premis.xml", f"{_PREMIS}premis")
        if root is None:
            yield "premis.xml: not a PREMIS document"
            return
        for kind in ("object", "event", "agent"):
            path = f"{_PREMIS}{kind}/{_PREMIS}{kind}Identifier/{_PREMIS}{kind}IdentifierValue"
            known = Counter(element.text for element in root.findall(path))
            if kind == "object" and known != Counter(files):
                yield "premis.xml: not every file once"
            if not {e.text for e in root.iter(f"{_PREMIS}linking{kind.title()}IdentifierValue")} <= known.keys():
                yield f"premis.xml: links to {kind}s that are not there"
        for found in root.iter(f"{_PREMIS}object"):
            name = found.findtext(f".//{_PREMIS}objectIdentifierValue", "")
            facts = (found.findtext(f".//{_PREMIS}messageDigest"), found.findtext(f".//{_PREMIS}size"))
            if facts != self.found.get(name):
                yield f"{name}: premis.xml says other bytes"

    def _log_faults(self, name: str) -> Iterator[str]:
        try:
            numbers = [json.loads(line)["seq"] for line in self._read(name).splitlines()]
        except (ValueError, KeyError, TypeError):
            numbers = []
        if not numbers or numbers != list(range(1, len(numbers) + 1)):
            yield f"{name}: not a log without gaps"
