"""Lists of revoked certificates (CRL) that an administrator or a job puts into a directory; no network is asked."""

from dataclasses import dataclass
from pathlib import Path
from threading import Lock

import structlog
from asn1crypto import crl, pem

_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class _ReadFile:
    """A file as it was when it was read; None: it holds no list."""

    seen: tuple[int, int]
    found: crl.CertificateList | None


class RevocationLists:
    """The lists `*.crl` (DER or PEM) of a directory; a file that was put in its place since is read anew."""

    def __init__(self, directory: Path | None) -> None:
        self._directory = directory
        self._files: dict[Path, _ReadFile] = {}
        self._lock = Lock()

    def current(self) -> list[crl.CertificateList]:
        """Return all lists that can be read; what cannot is logged once and left out."""
        if self._directory is None:
            return []
        with self._lock:
            paths = sorted(self._directory.glob("*.crl"))
            self._files = {path: self._read(path) for path in paths}
            return [file.found for file in self._files.values() if file.found is not None]

    def _read(self, path: Path) -> _ReadFile:
        status = path.stat()
        seen = (status.st_mtime_ns, status.st_size)
        known = self._files.get(path)
        return known if known is not None and known.seen == seen else _ReadFile(seen, _list_in(path))


def _list_in(path: Path) -> crl.CertificateList | None:
    content = path.read_bytes()
    try:
        der = pem.unarmor(content)[2] if pem.detect(content) else content
        found = crl.CertificateList.load(der, strict=True)
        found["tbs_cert_list"]["this_update"].native  # noqa: B018 - parsed lazily: a broken list must show here
    except (ValueError, TypeError, KeyError):
        _log.warning("revocation list unreadable", file=path.name)
        return None
    return found
